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

    /** The listeners' own threads: those that hang must keep neither shards from being read nor completions from being written. */
    static final String LISTENER_EXECUTOR = "onlyonceListenerExecutor";

    static final String LEDGER_EXECUTOR = "onlyonceLedgerExecutor";

    private static final String THREAD_NAME_PREFIX = "onlyonce-";
    private static final String LISTENER_THREAD_NAME_PREFIX = "onlyonce-listener-";
    private static final String LEDGER_THREAD_NAME_PREFIX = "onlyonce-ledger-";

    private TaskSchedulerConfiguration() {}

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnThreading(Threading.PLATFORM)
    static final class PlatformThreads {

        /** So many reads may be under way; the rest queues. */
        private static final int POOL_SIZE = 32;

        /** So many listeners may run at a time; the rest queues. */
        private static final int LISTENER_POOL_SIZE = 128;

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
            return pool(LEDGER_POOL_SIZE, LEDGER_THREAD_NAME_PREFIX);
        }

        @Bean(name = LISTENER_EXECUTOR, defaultCandidate = false)
        @ConditionalOnMissingBean(name = LISTENER_EXECUTOR)
        ThreadPoolTaskExecutor onlyonceListenerExecutor() {
            return pool(LISTENER_POOL_SIZE, LISTENER_THREAD_NAME_PREFIX);
        }

        private static ThreadPoolTaskExecutor pool(int size, String threadNamePrefix) {
            var executor = new ThreadPoolTaskExecutor();
            executor.setCorePoolSize(size);
            executor.setMaxPoolSize(size);
            executor.setAllowCoreThreadTimeOut(true);
            executor.setThreadNamePrefix(threadNamePrefix);
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
            return scheduler;
        }

        @Bean(name = LEDGER_EXECUTOR, defaultCandidate = false)
        @ConditionalOnMissingBean(name = LEDGER_EXECUTOR)
        SimpleAsyncTaskExecutor onlyonceLedgerExecutor() {
            var executor = new SimpleAsyncTaskExecutor(LEDGER_THREAD_NAME_PREFIX);
            executor.setVirtualThreads(true);
            return executor;
        }

        @Bean(name = LISTENER_EXECUTOR, defaultCandidate = false)
        @ConditionalOnMissingBean(name = LISTENER_EXECUTOR)
        SimpleAsyncTaskExecutor onlyonceListenerExecutor() {
            var executor = new SimpleAsyncTaskExecutor(LISTENER_THREAD_NAME_PREFIX);
            executor.setVirtualThreads(true);
            // A listener that hangs is interrupted when the grace is over, as the pool of platform threads does it.
            executor.setCancelRemainingTasksOnClose(true);
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
