package io.onlyonce.actuate;

import io.onlyonce.engine.Engine;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.info.Info;
import org.springframework.boot.actuate.info.InfoContributor;

/** Tells version, engine and name of the consumer under {@code onlyonce}. */
public final class ConsumerInfoContributor implements InfoContributor {

    private final @Nullable String version;
    private final String consumer;
    private final Engine engine;

    /**
     * Info about the consumer with the name {@code consumer}.
     *
     * @param version version of Onlyonce; absent if not known
     */
    public ConsumerInfoContributor(@Nullable String version, String consumer, Engine engine) {
        this.version = version;
        this.consumer = consumer;
        this.engine = engine;
    }

    @Override
    public void contribute(Info.Builder builder) {
        var details = new LinkedHashMap<String, String>();
        if (version != null) {
            details.put("version", version);
        }
        details.put("engine", engine.name());
        details.put("consumer", consumer);
        builder.withDetail("onlyonce", details);
    }
}
