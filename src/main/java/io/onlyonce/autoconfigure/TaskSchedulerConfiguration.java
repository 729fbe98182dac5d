package io.onlyonce.autoconfigure;

import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnThreading;
import org.springframework.boot.thread.Threading;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.scheduling.concurrent.SimpleAsyncTaskScheduler;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;

/**
 * Threads of the consumer. They are its own and no default candidate, so that neither {@code @Scheduled} and {@code @Async} methods of the application nor the schedulers and executors that Boot makes
 * for them are affected. They take tasks until they are destroyed: the consumer needs them while it stops, which is after the context has announced that it closes.
 */
final class TaskSchedulerConfiguration {

    static final String TASK_SCHEDULER = "onlyonceTaskScheduler";

    /** The ledger's own threads: listeners that hang must not keep the completions of others from being written. */
    static final String LEDGER_EXECUTOR = "onlyonceLedgerExecutor";

    private static final String THREAD_NAME_PREFIX = "onlyonce-";
    private static final String LEDGER_THREAD_NAME_PREFIX = "onlyonce-ledger-";

    private TaskSchedulerConfiguration() {}

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnThreading(Threading.PLATFORM)
    static final class PlatformThreads {

        /** A running listener holds its thread: so many may run at a time. */
        private static final int POOL_SIZE = 64;

        /** So many calls of the ledger may be under way; the rest queues. */
        private static final int LEDGER_POOL_SIZE = 16;

        @Bean(name = TASK_SCHEDULER, defaultCandidate = false)
        @ConditionalOnMissingBean(name = TASK_SCHEDULER)
        ThreadPoolTaskScheduler onlyonceTaskScheduler() {
            var scheduler = new ThreadPoolTaskScheduler();
            scheduler.setPoolSize(POOL_SIZE);
            scheduler.setThreadNamePrefix(THREAD_NAME_PREFIX);
            scheduler.setRemoveOnCancelPolicy(true);
            scheduler.setAcceptTasksAfterContextClose(true);
            return scheduler;
        }

        @Bean(name = LEDGER_EXECUTOR, defaultCandidate = false)
        @ConditionalOnMissingBean(name = LEDGER_EXECUTOR)
        ThreadPoolTaskExecutor onlyonceLedgerExecutor() {
            var executor = new ThreadPoolTaskExecutor();
            executor.setCorePoolSize(LEDGER_POOL_SIZE);
            executor.setMaxPoolSize(LEDGER_POOL_SIZE);
            executor.setAllowCoreThreadTimeOut(true);
            executor.setThreadNamePrefix(LEDGER_THREAD_NAME_PREFIX);
            executor.setAcceptTasksAfterContextClose(true);
            return executor;
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnThreading(Threading.VIRTUAL)
    static final class VirtualThreads {

        @Bean(name = TASK_SCHEDULER, defaultCandidate = false)
        @ConditionalOnMissingBean(name = TASK_SCHEDULER)
        SimpleAsyncTaskScheduler onlyonceTaskScheduler() {
            var scheduler = new LateShutdownTaskScheduler();
            scheduler.setThreadNamePrefix(THREAD_NAME_PREFIX);
            scheduler.setVirtualThreads(true);
            // A listener that hangs is interrupted when the grace is over, as the pool of platform threads does it.
            scheduler.setCancelRemainingTasksOnClose(true);
            return scheduler;
        }

        @Bean(name = LEDGER_EXECUTOR, defaultCandidate = false)
        @ConditionalOnMissingBean(name = LEDGER_EXECUTOR)
        SimpleAsyncTaskExecutor onlyonceLedgerExecutor() {
            var executor = new SimpleAsyncTaskExecutor(LEDGER_THREAD_NAME_PREFIX);
            executor.setVirtualThreads(true);
            return executor;
        }
    }

    private static final class LateShutdownTaskScheduler extends SimpleAsyncTaskScheduler {

        private static final long serialVersionUID = 1L;

        @Override
        public void onApplicationEvent(ContextClosedEvent event) {
            // Spring's own would take no timed task from now on, and has no setting for that.
        }
    }
}
