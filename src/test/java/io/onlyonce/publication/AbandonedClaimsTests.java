package io.onlyonce.publication;

import static org.assertj.core.api.Assertions.assertThat;

import io.onlyonce.fake.ManualTaskScheduler;
import io.onlyonce.ledger.ClaimOutcome.InProgress;
import io.onlyonce.ledger.ClaimToken;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class AbandonedClaimsTests {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final ManualTaskScheduler time = new ManualTaskScheduler();
    private final AbandonedClaims claims = new AbandonedClaims(time::nanoTime);
    private final InProgress claim = new InProgress(ClaimToken.parse("elsewhere/1"), 0);

    @Test
    void oneThatStandsUnchangedForTheTimeoutCountsAsAbandoned() {
        assertThat(isAbandoned("orders", claim)).isFalse();
        time.advance(TIMEOUT.minusMillis(1));
        assertThat(isAbandoned("orders", claim)).isFalse();
        time.advance(Duration.ofMillis(1));
        assertThat(isAbandoned("orders", claim)).isTrue();
    }

    @Test
    void oneThatShowsALifeSignDoesNot() {
        isAbandoned("orders", claim);
        time.advance(TIMEOUT);
        assertThat(isAbandoned("orders", new InProgress(claim.holder(), 1))).isFalse();
    }

    @Test
    void equalKeysOfTwoTablesAreTwo() {
        isAbandoned("orders", claim);
        isAbandoned("invoices", new InProgress(ClaimToken.parse("elsewhere/2"), 0));
        time.advance(TIMEOUT);
        assertThat(isAbandoned("orders", claim)).isTrue();
    }

    @Test
    void whatNobodyAsksForAgainIsForgotten() {
        isAbandoned("orders", claim);
        time.advance(Duration.ofDays(1).plusMillis(1));
        assertThat(isAbandoned("orders", claim)).isFalse();
    }

    private boolean isAbandoned(String table, InProgress seen) {
        return claims.areAbandoned(table, "key", seen, TIMEOUT);
    }
}
