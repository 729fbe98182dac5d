package io.onlyonce.app;

import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointProperties;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.webmvc.error.ErrorAttributes;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/** What the service's port answers besides actuator. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
final class WebConfiguration {

    @Bean
    ActuatorOnlyErrorController actuatorOnlyErrorController(
            ErrorAttributes errorAttributes, WebEndpointProperties endpoints, Environment environment) {
        String where = ManagementPortType.get(environment) == ManagementPortType.SAME
                ? "Only actuator answers here: " + endpoints.getBasePath()
                : "Nothing answers here: actuator has a port of its own, by management.server.port";
        return new ActuatorOnlyErrorController(errorAttributes, where);
    }
}
