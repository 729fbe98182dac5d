package io.onlyonce.autoconfigure;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.info.BuildProperties;

/** Version of Onlyonce, not of the application that uses it. */
final class OnlyonceVersion {

    private OnlyonceVersion() {}

    /** By the jar's manifest; when run from class files, by the build's own information, if it is that of Onlyonce. */
    static @Nullable String find(@Nullable BuildProperties build) {
        String inManifest = OnlyonceVersion.class.getPackage().getImplementationVersion();
        if (inManifest != null) {
            return inManifest;
        }
        return build != null && "io.onlyonce".equals(build.getGroup()) && "onlyonce".equals(build.getArtifact())
                ? build.getVersion()
                : null;
    }
}
