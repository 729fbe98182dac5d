package io.onlyonce.app;

import java.util.Arrays;
import java.util.Objects;
import java.util.Properties;
import java.util.stream.Stream;
import org.springframework.beans.factory.config.YamlPropertiesFactoryBean;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Import;
import org.springframework.core.io.ClassPathResource;

/** The service. Its defaults give way to every other source of properties, so the usual {@code application.yaml} is free for whoever runs it. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(WebConfiguration.class)
public final class OnlyonceApplication {

    private static final String DEFAULTS = "onlyonce-app.yaml";

    OnlyonceApplication() {}

    /** Runs the service. */
    public static void main(String[] args) {
        application().run(args);
    }

    /**
     * The service, with further configuration if given. The defaults of the service are its default properties: who sets others takes their place.
     *
     * @param sources configuration classes besides the service's own
     */
    public static SpringApplication application(Class<?>... sources) {
        var application =
                new SpringApplication(Stream.concat(Stream.of(OnlyonceApplication.class), Arrays.stream(sources))
                        .toArray(Class<?>[]::new));
        application.setMainApplicationClass(OnlyonceApplication.class);
        application.setDefaultProperties(defaults());
        return application;
    }

    private static Properties defaults() {
        var yaml = new YamlPropertiesFactoryBean();
        yaml.setResources(new ClassPathResource(DEFAULTS, OnlyonceApplication.class.getClassLoader()));
        return Objects.requireNonNull(yaml.getObject());
    }
}
