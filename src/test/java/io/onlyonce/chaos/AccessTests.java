package io.onlyonce.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccessTests {

    @ParameterizedTest
    @CsvSource(
            delimiterString = " | ",
            quoteCharacter = '`',
            textBlock =
                    """
            PutItem          | {"Item":{},"TableName":"t"}                                                  | PutItem            | table/t
            Query            | {"TableName":"t","IndexName":"i"}                                            | Query              | table/t/index/i
            DescribeTable    | {"TableName":"arn:aws:dynamodb:eu-central-1:1:table/t"}                      | DescribeTable      | table/t
            ListTables       | {}                                                                           | ListTables         | *
            ListStreams      | {"TableName":"t"}                                                            | ListStreams        | *
            DescribeStream   | {"StreamArn":"arn:aws:dynamodb:ddblocal:0:table/t/stream/2026-11-24T08:32"}  | DescribeStream     | table/t/stream/2026-11-24T08:32
            GetShardIterator | {"StreamArn":"arn:aws:dynamodb:ddblocal:0:table/t/stream/x","ShardId":"s"}   | GetShardIterator   | table/t/stream/x
            GetRecords       | {"ShardIterator":"arn:aws:dynamodb:ddblocal:0:table/t/stream/x|001|c2h"}     | GetRecords         | table/t/stream/x
            GetRecords       | {"ShardIterator":"opaque"}                                                   | GetRecords         | *
            ExecuteStatement | {"Statement":"SELECT * FROM \\"t\\".\\"i\\" WHERE a = ?"}                    | PartiQLSelect      | table/t/index/i
            ExecuteStatement | {"Statement":"delete from t where a=1"}                                      | PartiQLDelete      | table/t
            ExecuteStatement | {"Statement":"UPDATE \\"a.b\\" SET from_ = ? WHERE a = ?"}                   | PartiQLUpdate      | table/a.b
            ExecuteStatement | {"Statement":"INSERT INTO \\"t\\" VALUE {'a': 'UPDATE \\"x\\"'}"}            | PartiQLInsert      | table/t
            """)
    void readsActionAndResource(String operation, String body, String action, String resource) {
        assertThat(Access.of(operation, Json.members(body))).isEqualTo(Map.of(new Access(action, resource), 1));
    }

    @Test
    void countsThePartsOfBatches() {
        assertThat(Access.of(
                        "BatchWriteItem",
                        Json.members(
                                "{\"RequestItems\":{\"t\":[{\"PutRequest\":{}},{\"DeleteRequest\":{}}],\"u\":[{}]}}")))
                .isEqualTo(
                        Map.of(new Access("BatchWriteItem", "table/t"), 2, new Access("BatchWriteItem", "table/u"), 1));
        assertThat(Access.of("BatchGetItem", Json.members("{\"RequestItems\":{\"t\":{\"Keys\":[{},{},{}]}}}")))
                .isEqualTo(Map.of(new Access("BatchGetItem", "table/t"), 3));
    }

    @Test
    void namesWhatTransactionsDo() {
        String items =
                """
                {"TransactItems":[{"Put":{"TableName":"t"}},{"Update":{"Key":{},"TableName":"u"}},
                {"ConditionCheck":{"TableName":"t"}},{"Put":{"TableName":"t"}}]}""";

        assertThat(Access.of("TransactWriteItems", Json.members(items)))
                .isEqualTo(Map.of(
                        new Access("PutItem", "table/t"), 2,
                        new Access("UpdateItem", "table/u"), 1,
                        new Access("ConditionCheckItem", "table/t"), 1));
    }

    @Test
    void namesWhatBatchesOfStatementsDo() {
        String statements =
                """
                {"Statements":[{"Statement":"INSERT INTO \\"t\\" VALUE {'a': ?}"},{"Statement":"INSERT INTO \\"t\\" VALUE {'a': ?}"},
                {"Statement":"UPDATE \\"t\\" SET a = ?"}]}""";

        assertThat(Access.of("BatchExecuteStatement", Json.members(statements)))
                .isEqualTo(
                        Map.of(new Access("PartiQLInsert", "table/t"), 2, new Access("PartiQLUpdate", "table/t"), 1));
    }
}
