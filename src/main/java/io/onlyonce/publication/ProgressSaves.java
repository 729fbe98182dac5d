package io.onlyonce.publication;

/** When a delivery's progress may be saved: in the background, but neither beside a transaction on the same entry nor after the end. */
final class ProgressSaves {

    private boolean unsaved;
    private boolean queued;
    private boolean saving;
    private boolean held;
    private boolean setAsideInDoubt;
    private boolean ended;
    private boolean claimLost;

    /** There is something new to save. */
    synchronized void change() {
        unsaved = true;
    }

    /** A transaction has carried what was new. */
    synchronized void carry() {
        unsaved = false;
    }

    /** Answers whether this call has put the delivery in line for saving, where it stands at most once. */
    synchronized boolean enqueue() {
        boolean enqueue = unsaved && !queued;
        queued |= enqueue;
        return enqueue;
    }

    /** Takes the delivery out of the line; answers whether it is to be saved now. */
    synchronized boolean begin() {
        queued = false;
        saving = unsaved && !held && !ended && !claimLost;
        unsaved &= !saving;
        return saving;
    }

    /** Ends what {@link #begin()} began, when the ledger has answered. */
    synchronized void end(boolean claimHeld) {
        saving = false;
        claimLost |= !claimHeld && !ended && !setAsideInDoubt;
        notifyAll();
    }

    /** Ends what {@link #begin()} began, when the ledger has not answered: the delivery stays in line. */
    synchronized void fail() {
        saving = false;
        queued = true;
        unsaved = true;
        notifyAll();
    }

    /** Whether a save is in line or under way, and the delivery has not ended. */
    synchronized boolean arePending() {
        return (queued || saving) && !ended;
    }

    /** Waits for the save that is under way, and lets none begin until {@link #resume()}. */
    synchronized void hold() {
        held = true;
        boolean interrupted = false;
        while (saving) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    synchronized void resume() {
        held = false;
    }

    /** As {@link #resume()}, after a set-aside whose answer is not known: if the claim no longer stands, that may have been what ended it. */
    synchronized void resumeInDoubt() {
        setAsideInDoubt = true;
        resume();
    }

    /** Takes {@link #hold} and {@link #finish} back, after an end that was not written or whose answer is not known: progress is saved after all, and a claim that is found changed may have been changed by the end. */
    synchronized void reopen() {
        ended = false;
        unsaved = true;
        resumeInDoubt();
    }

    /** Ends the delivery: nothing is saved any more, and a claim that is found changed has been changed by the end. */
    synchronized void finish() {
        ended = true;
    }

    synchronized void loseClaim() {
        claimLost = true;
    }

    synchronized boolean isClaimLost() {
        return claimLost;
    }
}
