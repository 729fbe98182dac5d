package io.onlyonce.kcl;

import io.onlyonce.engine.Engine;
import io.onlyonce.engine.EngineContract;
import io.onlyonce.engine.TableSource;
import io.onlyonce.publication.ConsumerListener;

/** Leases are in DynamoDB Local; the streams are fakes. */
class KclEngineContractIT extends EngineContract {

    private final KclFixture fixture = new KclFixture();

    @Override
    protected Engine engine(TableSource source, ConsumerListener listener, boolean haltOnGap) {
        return KclFixture.engine(fixture.clients(aws), fixture.settings(50, haltOnGap), listener, source);
    }
}
