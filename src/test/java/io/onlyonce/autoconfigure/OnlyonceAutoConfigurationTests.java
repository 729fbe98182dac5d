package io.onlyonce.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

import io.awspring.cloud.autoconfigure.core.AwsAutoConfiguration;
import io.awspring.cloud.autoconfigure.core.CredentialsProviderAutoConfiguration;
import io.awspring.cloud.autoconfigure.core.RegionProviderAutoConfiguration;
import io.awspring.cloud.autoconfigure.dynamodb.DynamoDbAutoConfiguration;
import io.onlyonce.engine.ConsumerCounts;
import io.onlyonce.engine.ConsumerLifecycle;
import io.onlyonce.engine.ConsumerStatus;
import io.onlyonce.engine.Engine;
import io.onlyonce.engine.FakeEngine;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledForJreRange;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskSchedulingAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.scheduling.concurrent.SimpleAsyncTaskScheduler;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

class OnlyonceAutoConfigurationTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    LifecycleAutoConfiguration.class,
                    TaskExecutionAutoConfiguration.class,
                    TaskSchedulingAutoConfiguration.class,
                    CredentialsProviderAutoConfiguration.class,
                    RegionProviderAutoConfiguration.class,
                    AwsAutoConfiguration.class,
                    DynamoDbAutoConfiguration.class,
                    OnlyonceAutoConfiguration.class))
            .withPropertyValues(
                    "spring.application.name=billing",
                    "spring.cloud.aws.region.static=eu-central-1",
                    "onlyonce.streams.orders=")
            .withBean(FakeEngine.class, () -> new FakeEngine("orders"));

    @Test
    void consumerRunsWithTheContext() {
        var engine = new FakeEngine("orders");
        runner.withBean("other", Engine.class, () -> engine, definition -> definition.setPrimary(true))
                .run(context -> {
                    assertThat(context).hasSingleBean(ConsumerCounts.class);
                    assertThat(context.getBean(ConsumerLifecycle.class).isRunning())
                            .isTrue();
                    assertThat(engine.calls).containsExactly("start");
                });
        assertThat(engine.calls).containsExactly("start", "stop PT29S");
    }

    @Test
    void consumerThatIsSwitchedOffDoesNotStartAndNeedsNoStream() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        CredentialsProviderAutoConfiguration.class,
                        RegionProviderAutoConfiguration.class,
                        AwsAutoConfiguration.class,
                        DynamoDbAutoConfiguration.class,
                        OnlyonceAutoConfiguration.class))
                .withBean(FakeEngine.class)
                .withPropertyValues(
                        "spring.application.name=billing",
                        "spring.cloud.aws.region.static=eu-central-1",
                        "onlyonce.enabled=false")
                .run(context -> {
                    assertThat(context.getBean(ConsumerLifecycle.class).isRunning())
                            .isFalse();
                    assertThat(context.getBean(FakeEngine.class).calls).isEmpty();
                });
    }

    @Test
    void withoutStreamsStartupFailsAndSaysHowToSwitchOff() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(OnlyonceAutoConfiguration.class))
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(OnlyoncePropertiesException.class)
                        .hasMessageContaining("onlyonce.streams")
                        .hasMessageContaining("onlyonce.enabled=false"));
    }

    @Test
    void withoutAnyNameStartupFails() {
        runner.withPropertyValues("spring.application.name=").run(context -> assertThat(context)
                .getFailure()
                .rootCause()
                .isInstanceOf(OnlyoncePropertiesException.class)
                .hasMessageContaining("onlyonce.consumer")
                .hasMessageContaining("spring.application.name"));
    }

    @Test
    void nameThatWouldMixWithATablesIsRefused() {
        runner.withPropertyValues("onlyonce.consumer=a#b")
                .run(context ->
                        assertThat(context).getFailure().rootCause().hasMessageContaining("onlyonce.consumer = 'a#b'"));
    }

    @Test
    void consumerIsNamedAfterTheApplicationUnlessItHasANameOfItsOwn() {
        runner.run(context ->
                assertThat(context.getBean(ConsumerName.class).value()).isEqualTo("billing"));
        runner.withPropertyValues("onlyonce.consumer=invoices")
                .run(context ->
                        assertThat(context.getBean(ConsumerName.class).value()).isEqualTo("invoices"));
    }

    @Test
    void engineThatIsNotThereIsNamed() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        CredentialsProviderAutoConfiguration.class,
                        RegionProviderAutoConfiguration.class,
                        AwsAutoConfiguration.class,
                        DynamoDbAutoConfiguration.class,
                        OnlyonceAutoConfiguration.class))
                .withPropertyValues(
                        "spring.application.name=billing",
                        "spring.cloud.aws.region.static=eu-central-1",
                        "onlyonce.streams.orders=",
                        "onlyonce.engine=kcl")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(OnlyoncePropertiesException.class)
                        .hasMessageContaining("onlyonce.engine = 'kcl'"));
    }

    @Test
    void propertiesOfSpringCloudAwsMoveBothClients() {
        runner.withPropertyValues(
                        "spring.cloud.aws.dynamodb.endpoint=http://localhost:4566",
                        "spring.cloud.aws.dynamodb.region=eu-west-1")
                .run(context -> {
                    var tables = context.getBean(DynamoDbClient.class).serviceClientConfiguration();
                    var streams = context.getBean(DynamoDbStreamsClient.class).serviceClientConfiguration();
                    assertThat(tables.endpointOverride()).contains(URI.create("http://localhost:4566"));
                    assertThat(streams.endpointOverride()).contains(URI.create("http://localhost:4566"));
                    assertThat(tables.region()).isEqualTo(Region.EU_WEST_1);
                    assertThat(streams.region()).isEqualTo(Region.EU_WEST_1);
                });
    }

    @Test
    void streamsClientCanBeCustomized() {
        runner.withBean(
                        DynamoDbStreamsClientCustomizer.class,
                        () -> builder -> builder.overrideConfiguration(
                                override -> override.apiCallTimeout(Duration.ofSeconds(7))))
                .run(context -> assertThat(context.getBean(DynamoDbStreamsClient.class)
                                .serviceClientConfiguration()
                                .overrideConfiguration()
                                .apiCallTimeout())
                        .contains(Duration.ofSeconds(7)));
    }

    @Test
    void streamsClientOfTheApplicationIsUsed() {
        var client = mock(DynamoDbStreamsClient.class);
        runner.withBean(DynamoDbStreamsClient.class, () -> client)
                .run(context ->
                        assertThat(context.getBean(DynamoDbStreamsClient.class)).isSameAs(client));
    }

    @Test
    void consumerHasLessTimeToStopThanItsPhase() {
        var engine = new FakeEngine("orders");
        runner.withBean("other", Engine.class, () -> engine, definition -> definition.setPrimary(true))
                .withPropertyValues("spring.lifecycle.timeout-per-shutdown-phase=10s")
                .run(context -> assertThat(context).hasNotFailed());
        assertThat(engine.calls).endsWith("stop PT9S");
        assertThat(OnlyonceAutoConfiguration.stopTimeout(Duration.ofSeconds(1))).isEqualTo(Duration.ofMillis(500));
    }

    @Test
    void consumerHasAPoolOfItsOwn() {
        runner.run(context -> {
            var scheduler = context.getBean(TaskSchedulerConfiguration.TASK_SCHEDULER, ThreadPoolTaskScheduler.class);
            assertThat(scheduler.getThreadNamePrefix()).isEqualTo("onlyonce-");
            assertThat(scheduler.getScheduledThreadPoolExecutor().getCorePoolSize())
                    .isEqualTo(32);
            var listeners = context.getBean(TaskSchedulerConfiguration.LISTENER_EXECUTOR, ThreadPoolTaskExecutor.class);
            assertThat(listeners.getCorePoolSize()).isEqualTo(128);
            assertThat(listeners.getThreadNamePrefix()).isEqualTo("onlyonce-listener-");
        });
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void consumerHasVirtualThreadsWhereTheyAreOn() {
        runner.withPropertyValues("spring.threads.virtual.enabled=true").run(context -> {
            var scheduler = context.getBean(TaskSchedulerConfiguration.TASK_SCHEDULER, SimpleAsyncTaskScheduler.class);
            assertThat(threadNameOf(scheduler)).startsWith("onlyonce-");
        });
    }

    @Test
    @DisabledForJreRange(min = JRE.JAVA_21)
    void virtualThreadsAreNoMatterWhereThereAreNone() {
        runner.withPropertyValues("spring.threads.virtual.enabled=true")
                .run(context -> assertThat(context.getBean(TaskSchedulerConfiguration.TASK_SCHEDULER))
                        .isInstanceOf(ThreadPoolTaskScheduler.class));
    }

    @Test
    void tasksAreTakenWhileTheConsumerStops() {
        for (String threads : List.of("false", "true")) {
            var engine = new SchedulingEngine();
            runner.withBean("other", Engine.class, () -> engine, definition -> definition.setPrimary(true))
                    .withPropertyValues("spring.threads.virtual.enabled=" + threads)
                    .run(context -> engine.scheduler =
                            context.getBean(TaskSchedulerConfiguration.TASK_SCHEDULER, TaskScheduler.class));
            assertThat(engine.ranWhileStopping).isTrue();
        }
    }

    @Test
    void schedulerOfTheApplicationIsUsed() {
        var scheduler = mock(TaskScheduler.class);
        runner.withBean(TaskSchedulerConfiguration.TASK_SCHEDULER, TaskScheduler.class, () -> scheduler)
                .run(context -> assertThat(context.getBean(TaskSchedulerConfiguration.TASK_SCHEDULER))
                        .isSameAs(scheduler));
    }

    @Test
    void threadsOfTheApplicationAreNotAffected() {
        runner.withUserConfiguration(Scheduling.class).run(context -> {
            assertThat(context).hasBean("taskScheduler").hasBean("applicationTaskExecutor");
            assertThat(context.getBean(Scheduling.class).thread.get(10, TimeUnit.SECONDS))
                    .startsWith("scheduling-");
            assertThat(threadNameOf(context.getBean("taskScheduler", TaskScheduler.class)))
                    .startsWith("scheduling-");
        });
    }

    private static String threadNameOf(TaskScheduler scheduler) throws Exception {
        var name = new CompletableFuture<String>();
        var unused = scheduler.schedule(
                () -> name.complete(Thread.currentThread().getName()),
                scheduler.getClock().instant());
        return name.get(10, TimeUnit.SECONDS);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableScheduling
    static class Scheduling {

        final CompletableFuture<String> thread = new CompletableFuture<>();

        @Scheduled(fixedDelay = 1, timeUnit = TimeUnit.HOURS)
        void run() {
            thread.complete(Thread.currentThread().getName());
        }
    }

    /** Schedules something in its last moment, as an engine does that writes completions. */
    private static final class SchedulingEngine implements Engine {

        private final FakeEngine delegate = new FakeEngine("orders");
        private volatile TaskScheduler scheduler;
        private volatile boolean ranWhileStopping;

        @Override
        public String name() {
            return delegate.name();
        }

        @Override
        public void start() {}

        @Override
        public boolean stop(Duration timeout) {
            try {
                ranWhileStopping = threadNameOf(scheduler).startsWith("onlyonce-");
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
            return true;
        }

        @Override
        public void pause(String table) {}

        @Override
        public void resume(String table) {}

        @Override
        public ConsumerStatus status() {
            return delegate.status();
        }
    }
}
