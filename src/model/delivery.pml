/* How Onlyonce delivers the records of a stream, for the Spin model checker. src/model/check.sh checks all that is said here.
 *
 * WHAT IS MODELLED, and where it stands in the code
 *
 * - Ledger, checkpoints, leases and quarantine are shared and outlive everybody; each of their steps is atomic, as a conditional write is (ledger.ClaimRules, DynamoDbLedger).
 * - Deliveries (publication.OrderedShardDelivery) hold a window of records of a shard. They claim ahead of the listeners, in any order in which the ledger may answer (ClaimAhead); wait for a key that is in flight
 *   in their process (InFlightKeys), or claimed elsewhere (WaitingRecords) until its token changes or has stood for the claim timeout; let claims go that are old, or that stand behind a record that waits; run
 *   records in order; and complete them some time after, unconditionally (Settlement, GroupCommit). A shard may be taken from a delivery that does not know it and goes on; a page may be read twice.
 * - Each record has two listeners, in any order: one that commits its effect with its completion (commitWith), and one with an effect elsewhere, whose completion is saved some time after (ProgressSaves).
 * - A record whose attempts are used up is set aside, in one transaction with its end in the ledger (Quarantine). If that fails, its listeners get another round.
 * - Operators, one in each process, redrive until nothing is left in quarantine, or discard (Redrive, QuarantineOperations).
 * - What goes wrong: a process dies between any two steps, with its deliveries and its operator, and another one begins; a shard is taken; a claim times out although its holder only stalls; a claim grows old; a
 *   listener fails for good; a delivery closes; an answer is lost after the write happened (of a claim, commitWith, a set-aside, a completion by an operator). Each as often as its configuration says, at any time.
 *
 * WHAT IS NOT
 *
 * - Batches, but for the room that they need (configuration 5). A batch is its elements in any order, and half an answer counts as none.
 * - Back-off, attempts and all other time. A retry may come at any time, so whatever holds here holds for every timing; that something ends soon is not shown, only that nobody waits for ever.
 * - Retention: here a completed entry stays.
 * - Lanes (delivery.concurrency above 1): the window is one lane. Shards that split, reading, gaps: the engine has tests of its own.
 * - A late request, that DynamoDB carries out after its sender has given it up: it is conditional on a token that by then is replaced, or only adds what is true (a completion; listeners that have completed).
 *
 * WHAT IS CHECKED, in every state of every configuration
 *
 *   skipped    No checkpoint passes a record unless its key is completed, or it lies in quarantine or was discarded; at the end this holds for all records. A record leaves the quarantine completed or discarded.
 *   completed  A completion is written only when every listener has run, and what is completed is never claimed again.
 *   once       A committed effect happens once for its key. An effect elsewhere does as well, unless a process died or stalled, or a set-aside happened whose answer was lost (its listeners get another round, which
 *              may meet a redrive): completed listeners do not run again, in a redrive neither.
 *   unmarked   At most one run of a listener for one event is not marked as redelivered.
 *   quarantined  What was quarantined or discarded is not claimed by a shard again, whichever event of its key comes after it; and its redrive knows it as such.
 *   deadlock   Nobody waits for ever: every run can go on until all checkpoints are at the end of their shards and the quarantine is empty.
 *
 * CONFIGURATIONS, with the states as measured (Spin 6.5.2); 4,071,392 in all, at most 420 MB a search. With the mutations check.sh takes about 170 s of processor time
 *
 *   C1      468,961  two shards in two processes, two keys that cross in them; two claims ahead, one crash, one false timeout, one claim that grows old
 *   C2    2,284,376  one shard that is taken from a delivery that does not know it; two claims ahead, one crash, one lost answer, one claim that grows old
 *   C3      731,182  two shards in two processes with one key, and two operators; one crash, one false timeout, two failures
 *   C4      107,169  three shards in two processes with one key, one record read twice; one crash, one failure, one pause
 *   C5       29,284  one shard of four records, two of them with one key, claimed one at a time with room for one; one crash, one failure, one claim that grows old
 *   C6      440,367  one record whose shard is taken, and an operator; one crash, one false timeout, two failures, one lost answer, one discard
 *   C7       10,053  one shard of two records with one key, and an operator; one crash, two failures, one discard
 *
 * MUTATIONS: each makes the search of its configuration fail. Those with a * were in the code once.
 *
 *   M1  C1  saved progress replaces what is on record, whoever holds the claim              once
 *   M2  C5  a takeover is not marked as redelivered                                         unmarked
 *   M3  C4  a completion goes out before all listeners have run                             completed
 *   M4  C6  commitWith is not conditional on the listener not having completed              once
 *   M5  C4  a concurrent duplicate does not wait but takes the key at once                  once
 *   M6  C1  claims that were not begun are kept while the head of the shard waits           deadlock
 *   M7  C5  claims are let go though an earlier delivery has made progress                  once
 *   M8  C6  a record is set aside though its claim is lost                                  once
 *   M9  C5  the end in the ledger is written before the record is in quarantine             skipped
 *   M10 C6  a redrive claims whatever is on record                                          completed
 *   M11 C4  keys in flight are not entered, so one key runs side by side in a process       once
 *   M12 C4  the checkpoint passes a record whose completion is on its way                   skipped
 *   M13 C1  commitWith is not conditional on the claim                                      once
 *   M14 C6  a takeover replaces progress that was saved after it had read the entry         once
 *   M15 C5  another event with a quarantined key forgets which listeners have completed     once
 *   M16 C6  a redriven record leaves the quarantine before its completion is written        skipped
 *   M17 C5  a claim that this process has left behind is waited for                         deadlock
 *   M18 C1  a claim is let go whoever holds it                                              once
 *   M19 C4  a claim is let go though its listeners have begun                               once
 *   M20 C2  a claim whose answer was lost is answered as fresh                              unmarked
 *   M21 C3  a redrive that comes too late for a takeover takes a record that was set aside again for a duplicate, and deletes it *   skipped
 *   M22 C2  saved progress replaces what is on record unless that is more *                 once
 *   M23 C5  there is no room for the claim of the head behind which everything waits *      deadlock
 *   M24 C5  a record that is being set aside lets its successors run, and does not run again if that fails *   deadlock
 *   M25 C6  a redrive that ends with an error forgets which listeners have run *            once
 *   M26 C4  a delivery closes without saving progress *                                     once
 *   M27 C6  a redrive runs the listeners again that have completed                          once
 *   M28 C7  a quarantined event is delivered again once another event of its key came after it *   quarantined
 *   M29 C7  a takeover forgets which events of the key are quarantined                     quarantined
 */

#ifndef CONFIG
#define CONFIG 1
#endif
#ifndef MUTATION
#define MUTATION 0
#endif
#define MUTANT(n) (MUTATION == (n))

/* ---- Configurations: shards and their records, who reads them, and how often what goes wrong ---- */

#if CONFIG == 1
#define SHARDS 2
#define RECORDS 4
#define KEYS 2
#define WINDOW 2
#define LENGTH(s) 2
#define RECORD(s, i) (2 * (s) + (i))
#define KEY(r) (((r) == 0 || (r) == 3) -> 0 : 1)
#define DELIVERIES 2
#define SHARD(d) (d)
#define PROCESS(d) (d)
#define PROCESSES 2
#define CRASHES 1
#define TIMEOUTS 1
#define OLD 1
#elif CONFIG == 2
#define SHARDS 1
#define RECORDS 2
#define KEYS 2
#define WINDOW 2
#define LENGTH(s) 2
#define RECORD(s, i) (i)
#define KEY(r) (r)
#define DELIVERIES 2
#define SHARD(d) 0
#define PROCESS(d) (d)
#define PROCESSES 2
#define CRASHES 1
#define STEALS 1
#define OLD 1
#define LOST_ANSWERS 1
#elif CONFIG == 3
#define SHARDS 2
#define RECORDS 2
#define KEYS 1
#define WINDOW 1
#define LENGTH(s) 1
#define RECORD(s, i) (s)
#define KEY(r) 0
#define DELIVERIES 2
#define SHARD(d) (d)
#define PROCESS(d) (d)
#define PROCESSES 2
#define OPERATORS 2
#define CRASHES 1
#define TIMEOUTS 1
#define FAILURES 2
#elif CONFIG == 4
#define SHARDS 3
#define RECORDS 3
#define KEYS 1
#define WINDOW 2
#define LENGTH(s) ((s) == 0 -> 2 : 1)
#define RECORD(s, i) (s)
#define KEY(r) 0
#define DELIVERIES 3
#define SHARD(d) (d)
#define PROCESS(d) ((d) == 2 -> 1 : 0)
#define PROCESSES 2
#define PAUSES 1
#define FAILURES 1
#define CRASHES 1
#elif CONFIG == 5
#define SHARDS 1
#define RECORDS 4
#define KEYS 3
#define WINDOW 4
#define LENGTH(s) 4
#define RECORD(s, i) (i)
#define KEY(r) ((r) == 3 -> 2 : ((r) == 2 -> 0 : (r)))
#define DELIVERIES 1
#define SHARD(d) 0
#define PROCESS(d) 0
#define PROCESSES 1
#define BATCH 1
#define MOST_AHEAD 1
#define OLD 1
#define FAILURES 1
#define CRASHES 1
#elif CONFIG == 6
#define SHARDS 1
#define RECORDS 1
#define KEYS 1
#define WINDOW 1
#define LENGTH(s) 1
#define RECORD(s, i) 0
#define KEY(r) 0
#define DELIVERIES 2
#define SHARD(d) 0
#define PROCESS(d) (d)
#define PROCESSES 2
#define OPERATORS 1
#define CRASHES 1
#define STEALS 1
#define TIMEOUTS 1
#define FAILURES 2
#define LOST_ANSWERS 1
#define DISCARDS 1
#elif CONFIG == 7
#define SHARDS 1
#define RECORDS 2
#define KEYS 1
#define WINDOW 2
#define LENGTH(s) 2
#define RECORD(s, i) (i)
#define KEY(r) 0
#define DELIVERIES 1
#define SHARD(d) 0
#define PROCESS(d) 0
#define PROCESSES 1
#define OPERATORS 1
#define CRASHES 1
#define FAILURES 2
#define DISCARDS 1
#endif

#ifndef OPERATORS
#define OPERATORS 0
#endif
#ifndef CRASHES
#define CRASHES 0
#endif
#ifndef STEALS
#define STEALS 0
#endif
#ifndef TIMEOUTS
#define TIMEOUTS 0
#endif
#ifndef OLD
#define OLD 0
#endif
#ifndef FAILURES
#define FAILURES 0
#endif
#ifndef LOST_ANSWERS
#define LOST_ANSWERS 0
#endif
#ifndef PAUSES
#define PAUSES 0
#endif
#ifndef DISCARDS
#define DISCARDS 0
#endif

/* ---- Ledger ---- */

#define NONE 0
#define CLAIMED 1
#define COMPLETED 2
#define QUARANTINED 3

byte state[KEYS];
byte event[KEYS];
byte owner[KEYS];       /* process of the token + 1; 0: one that is dead */
byte worker[KEYS];      /* place that knows the token as its own + 1; 0: nobody works under it any more */
bit doneTx[KEYS];       /* completed listeners on record */
bit doneOut[KEYS];
bit listed[RECORDS];    /* the entry of its key knows it as quarantined before the event that the entry is for, or as redriven by its claim */

/* ---- Checkpoints, leases, quarantine ---- */

byte checkpoint[SHARDS];
byte holder[SHARDS];    /* delivery + 1 that holds the shard; 0: none. Another one may believe that it does. */
bit row[RECORDS];
bit discarded[RECORDS];

/* ---- Places: the slots of the deliveries' windows, then the operators ---- */

#define SLOTS (DELIVERIES * WINDOW)
#define PLACES (SLOTS + OPERATORS)

#define UNCLAIMED 0
#define WAITING_HERE 1  /* its key is in flight in this process */
#define WAITING 2       /* its key is claimed elsewhere, as last seen */
#define AHEAD 3         /* claimed, not begun */
#define RUNNING 4       /* begun; with both listeners completed: the ledger is to be told */
#define GIVEN_UP 5      /* to be quarantined */
#define FINISHED 6
#define HALFWAY 7       /* between two steps that only a mutant takes apart */
#define STRAY 8         /* out of its lane, only in a mutant */
#define IDLE 0          /* operators */
#define ASKING 9
#define WATCHING 10
#define TAKING 11
#define DELETING 12
#define SAVING 13

byte status[PLACES];
bit watched[PLACES];    /* the token of the entry is still the one that this place has seen */
bit again[PLACES];      /* redelivered */
bit ranTx[PLACES];      /* completed listeners as known here */
bit ranOut[PLACES];
bit unsaved[PLACES];
bit entered[PLACES];    /* the key in flight is entered for this place */
bit inFlight[PROCESSES * KEYS];

#define CLOSED 0
#define OPEN 1
#define LOST 2
byte delivery[DELIVERIES];

#if OPERATORS > 0
byte redriven[OPERATORS];
#define KEY_AT(x) ((x) < SLOTS -> KEY(RECORD(SHARD((x) / WINDOW), ((x) % WINDOW))) : KEY(redriven[((x) < SLOTS -> 0 : (x) - SLOTS)]))
#else
#define KEY_AT(x) KEY(RECORD(SHARD((x) / WINDOW), ((x) % WINDOW)))
#endif
#if OPERATORS > 0
#define PROCESS_AT(x) ((x) < SLOTS -> PROCESS((x) / WINDOW) : (x) - SLOTS)
#else
#define PROCESS_AT(x) PROCESS((x) / WINDOW)
#endif

/* ---- Effects ---- */

bit effect[KEYS];       /* of the listener that commits it with its completion */
bit ran[KEYS];          /* the listener with an outside effect has */
bit unmarked[RECORDS];  /* one of its runs for this event was not marked as redelivered */

/* ---- What may go wrong yet ---- */

byte crashes = CRASHES, steals = STEALS, timeouts = TIMEOUTS, old = OLD, failures = FAILURES, lostAnswers = LOST_ANSWERS, pauses = PAUSES, discards = DISCARDS;
bit disturbed;          /* a process died, stalled or lost its shard, or does not know that it has set a record aside: an outside effect may run twice */

hidden byte y, n;

/* ---- Steps of the ledger. x: place, r: record, k: its key, p: process ---- */

#define HOLDS(x, k) (state[k] == CLAIMED && worker[k] == (x) + 1)

inline newToken(x, k, p) {
    y = 0;
    do
    :: y < PLACES -> if :: KEY_AT(y) == k -> watched[y] = 0 :: else fi; y++
    :: else -> break
    od;
    y = 0;
    worker[k] = x + 1;
    owner[k] = p + 1
}

inline forgetToken(x, k) {
    if :: worker[k] == x + 1 -> worker[k] = 0 :: else fi
}

inline forgetListed(k) {
    y = 0;
    do
    :: y < RECORDS -> if :: KEY(y) == k -> listed[y] = 0 :: else fi; y++
    :: else -> break
    od;
    y = 0
}

inline take(x, r, k, p, mark) {
    assert(state[k] != COMPLETED);
    if
    :: state[k] == QUARANTINED -> listed[event[k]] = 1
    :: state[k] == CLAIMED && MUTANT(29) -> forgetListed(k)
    :: else
    fi;
    state[k] = CLAIMED;
    event[k] = r;
    newToken(x, k, p);
    again[x] = mark;
    ranTx[x] = doneTx[k];
    ranOut[x] = doneOut[k];
    unsaved[x] = 0
}

inline deleteEntry(k) {
    forgetListed(k);
    state[k] = NONE; event[k] = 0; owner[k] = 0; worker[k] = 0; doneTx[k] = 0; doneOut[k] = 0
}

/* Unconditional: true whoever writes it. */
inline complete(x, r, k) {
    assert(effect[k] && ran[k]);
    forgetListed(k);
    state[k] = COMPLETED; event[k] = 0; owner[k] = 0; worker[k] = 0; doneTx[k] = 0; doneOut[k] = 0
}

/* One transaction, on condition of HOLDS. */
inline quarantine(x, r, k) {
    row[r] = 1;
    state[k] = QUARANTINED;
    doneTx[k] = doneTx[k] | ranTx[x];
    doneOut[k] = doneOut[k] | ranOut[x]
}

/* Adds to what is on record, on condition of HOLDS. */
inline putProgress(x, k) {
    if
    :: MUTANT(1) || (MUTANT(22) && doneTx[k] + doneOut[k] <= ranTx[x] + ranOut[x]) -> doneTx[k] = ranTx[x]; doneOut[k] = ranOut[x]
    :: MUTANT(22) && doneTx[k] + doneOut[k] > ranTx[x] + ranOut[x] -> skip
    :: else -> doneTx[k] = doneTx[k] | ranTx[x]; doneOut[k] = doneOut[k] | ranOut[x]
    fi;
    unsaved[x] = 0
}

/* On condition of HOLDS. A listener that has committed before is answered that it has, and nothing is written. */
inline putCommit(x, k) {
    if
    :: !doneTx[k] || MUTANT(4) -> assert(!effect[k]); effect[k] = 1; doneTx[k] = 1; doneOut[k] = doneOut[k] | ranOut[x]
    :: else
    fi
}

inline commitAndSave(x, k) {
    if :: !doneTx[k] -> unsaved[x] = 0 :: else fi;
    putCommit(x, k);
    ranTx[x] = 1
}

/* ---- Steps within a process ---- */

inline enterKey(x, k, p) {
    entered[x] = 1;
    if :: !MUTANT(11) -> inFlight[(p) * KEYS + k] = 1 :: else fi
}

inline leaveKey(x, k, p) {
    if :: entered[x] -> entered[x] = 0; inFlight[(p) * KEYS + k] = 0 :: else fi
}

/* What a place knows is gone. */
inline clear(x) {
    status[x] = 0; watched[x] = 0; again[x] = 0; ranTx[x] = 0; ranOut[x] = 0; unsaved[x] = 0
}

inline callOutside(x, r, k) {
    if :: !again[x] -> assert(!unmarked[r]); unmarked[r] = 1 :: else fi;
    assert(!ran[k] || disturbed);
    ran[k] = 1;
    ranOut[x] = 1;
    unsaved[x] = 1
}

/* A process dies: its memory is gone, its leases run out. */
inline crash(p) {
    crashes--;
    disturbed = 1;
    n = 0;
    do
    :: n < DELIVERIES ->
        if
        :: PROCESS(n) == (p) -> delivery[n] = CLOSED; if :: holder[SHARD(n)] == n + 1 -> holder[SHARD(n)] = 0 :: else fi
        :: else
        fi;
        n++
    :: else -> break
    od;
    n = 0;
    do
    :: n < PLACES -> if :: PROCESS_AT(n) == (p) -> clear(n); entered[n] = 0 :: else fi; n++
    :: else -> break
    od;
    n = 0;
    do
    :: n < KEYS -> inFlight[(p) * KEYS + n] = 0; if :: owner[n] == (p) + 1 -> owner[n] = 0; worker[n] = 0 :: else fi; n++
    :: else -> break
    od;
    n = 0
}

/* ---- Delivery of a shard ---- */

#define X(i) (me * WINDOW + (i))
#define R(i) RECORD(SHARD(me), (i))
#define K(i) KEY(R(i))
#define P PROCESS(me)

#if WINDOW == 1
#define EACH(step) :: step(0)
#define SOME(test) (test(0))
#elif WINDOW == 2
#define EACH(step) :: step(0) :: step(1)
#define SOME(test) (test(0) || test(1))
#elif WINDOW == 4
#define EACH(step) :: step(0) :: step(1) :: step(2) :: step(3)
#define SOME(test) (test(0) || test(1) || test(2) || test(3))
#endif

#define ALL_RAN(x) (ranTx[x] && ranOut[x])
#define IS_ENDING(i) (status[X(i)] == RUNNING && ALL_RAN(X(i)))
#define LEFT_LANE(i) (status[X(i)] == FINISHED || IS_ENDING(i) || (MUTANT(24) && (status[X(i)] == GIVEN_UP || status[X(i)] == STRAY)))
#if WINDOW == 1
#define FIRST 0
#elif WINDOW == 2
#define FIRST (!LEFT_LANE(0) -> 0 : 1)
#elif WINDOW == 4
#define FIRST (!LEFT_LANE(0) -> 0 : (!LEFT_LANE(1) -> 1 : (!LEFT_LANE(2) -> 2 : 3)))
#endif
#define HEAD(i) ((i) == FIRST)
#define CONTENDED (status[X(FIRST)] == WAITING || status[X(FIRST)] == WAITING_HERE)
#define MAY_RUN(i) (delivery[me] == OPEN && (status[X(i)] == AHEAD || status[X(i)] == RUNNING) && HEAD(i) && !ALL_RAN(X(i)))
#define IS_FRESH(x) (!again[x] && !ranTx[x] && !ranOut[x])

/* It stays quarantined, and with the operator, whichever event of its key is delivered meanwhile. */
#define WAS_SET_ASIDE(i) ((state[K(i)] == QUARANTINED && event[K(i)] == R(i)) || ((state[K(i)] == QUARANTINED || state[K(i)] == CLAIMED) && listed[R(i)] && !MUTANT(28)))

inline takeNew(i, mark) {
    assert(!row[R(i)] && !discarded[R(i)]);
    take(X(i), R(i), K(i), P, mark);
    status[X(i)] = AHEAD
}

inline askLedger(i) {
    if
    :: inFlight[P * KEYS + K(i)] && !entered[X(i)] -> status[X(i)] = WAITING_HERE
    :: else ->
        enterKey(X(i), K(i), P);
        if
        :: HOLDS(X(i), K(i)) -> if :: MUTANT(20) -> again[X(i)] = 0 :: else fi; status[X(i)] = AHEAD
        :: state[K(i)] == NONE -> takeNew(i, 0)
        :: state[K(i)] == COMPLETED || WAS_SET_ASIDE(i) -> status[X(i)] = FINISHED; leaveKey(X(i), K(i), P)
        :: state[K(i)] == QUARANTINED && !WAS_SET_ASIDE(i) ->
            if :: MUTANT(15) -> doneTx[K(i)] = 0; doneOut[K(i)] = 0 :: else fi;
            takeNew(i, 1)
        :: state[K(i)] == CLAIMED && !HOLDS(X(i), K(i)) && !WAS_SET_ASIDE(i) && event[K(i)] == R(i) && owner[K(i)] != P + 1 && !MUTANT(14) -> takeNew(i, !MUTANT(2))
        :: state[K(i)] == CLAIMED && !WAS_SET_ASIDE(i) && event[K(i)] == R(i) && owner[K(i)] != P + 1 && MUTANT(14) ->
            watched[X(i)] = 1; ranTx[X(i)] = doneTx[K(i)]; ranOut[X(i)] = doneOut[K(i)];
            status[X(i)] = HALFWAY
        :: state[K(i)] == CLAIMED && !HOLDS(X(i), K(i)) && !WAS_SET_ASIDE(i) && (event[K(i)] != R(i) || owner[K(i)] == P + 1) -> watched[X(i)] = 1; status[X(i)] = WAITING
        fi
    fi
}

inline takeAsRead(i) {
    atomic { status[X(i)] == HALFWAY && MUTANT(14) ->
        if
        :: watched[X(i)] && state[K(i)] == CLAIMED ->
            doneTx[K(i)] = ranTx[X(i)]; doneOut[K(i)] = ranOut[X(i)];
            takeNew(i, 1)
        :: else -> leaveKey(X(i), K(i), P); clear(X(i))
        fi }
}

#ifdef BATCH
#define IS_UNCLAIMED(i) (status[X(i)] == UNCLAIMED)
#define IS_UNCLAIMED_HEAD(i) (IS_UNCLAIMED(i) && HEAD(i))
#define COUNT(test) (test(0) + test(1) + test(2) + test(3))
#define IS_AHEAD(i) (status[X(i)] == AHEAD)
#define WANTED (COUNT(IS_UNCLAIMED) < BATCH -> COUNT(IS_UNCLAIMED) : BATCH)
#define HAS_ROOM (MOST_AHEAD - COUNT(IS_AHEAD) >= WANTED)

inline claimBatch() {
    atomic { delivery[me] == OPEN && ((SOME(IS_UNCLAIMED) && !CONTENDED && HAS_ROOM) || (SOME(IS_UNCLAIMED_HEAD) && (CONTENDED || !MUTANT(23)))) ->
        contended = CONTENDED;
        room = HAS_ROOM && !contended;
        asked = 0;
        i = 0;
        do
        :: i < WINDOW && asked < BATCH ->
            if
            :: status[X(i)] == UNCLAIMED && (room || HEAD(i)) -> askLedger(i); if :: status[X(i)] != WAITING_HERE -> asked++ :: else fi
            :: else
            fi;
            i++
        :: else -> break
        od;
        i = 0; asked = 0; contended = 0; room = 0 }
}
#endif

/* Keys are entered in the order of the shard. The ledger answers a batch in any order, which shows only where the keys differ. */
#if KEYS == 1 && WINDOW == 2
#define IN_ORDER(i) ((i) == 0 || status[X(0)] != UNCLAIMED)
#else
#define IN_ORDER(i) true
#endif

/* A claim whose answer was lost is sent again, come what may. */
inline ask(i) {
    atomic { delivery[me] == OPEN && status[X(i)] == UNCLAIMED && IN_ORDER(i) && (HEAD(i) || !CONTENDED || HOLDS(X(i), K(i))) -> askLedger(i) }
}

inline askUnanswered(i) {
    atomic { lostAnswers > 0 && delivery[me] == OPEN && status[X(i)] == UNCLAIMED && HEAD(i) && !entered[X(i)] && !inFlight[P * KEYS + K(i)] ->
        askLedger(i);
        if
        :: status[X(i)] == AHEAD -> lostAnswers--; status[X(i)] = UNCLAIMED
        :: else
        fi }
}

/* What a record has waited for has changed. It leaves its key, or the head of its own shard could wait for it. */
inline wake(i) {
    atomic { delivery[me] == OPEN && status[X(i)] == WAITING && (!watched[X(i)] || state[K(i)] != CLAIMED || (CONTENDED && !HEAD(i))) ->
        watched[X(i)] = 0;
        leaveKey(X(i), K(i), P);
        status[X(i)] = UNCLAIMED }
}

inline wakeHere(i) {
    atomic { delivery[me] == OPEN && status[X(i)] == WAITING_HERE && !inFlight[P * KEYS + K(i)] -> status[X(i)] = UNCLAIMED }
}

/* Left behind in this process: the key is entered here, so nobody works on it. */
inline takeOwnOrphan(i) {
    atomic { delivery[me] == OPEN && status[X(i)] == WAITING && watched[X(i)] && state[K(i)] == CLAIMED && owner[K(i)] == P + 1 && !MUTANT(17) ->
        takeNew(i, 1) }
}

/* The token has stood for the claim timeout: for sure if nobody works under it, else because of a stall. */
inline timeOut(i) {
    atomic { delivery[me] == OPEN && status[X(i)] == WAITING && watched[X(i)] && state[K(i)] == CLAIMED && owner[K(i)] != P + 1 &&
            (worker[K(i)] == 0 || timeouts > 0 || MUTANT(5)) ->
        if :: worker[K(i)] != 0 && !MUTANT(5) -> timeouts--; disturbed = 1 :: else fi;
        takeNew(i, 1) }
}

/* Deletes the entry where that forgets nothing. */
inline release(x, k, p) {
    if
    :: (IS_FRESH(x) || MUTANT(7)) && (HOLDS(x, k) || (MUTANT(18) && state[k] == CLAIMED)) -> deleteEntry(k)
    :: else -> forgetToken(x, k)
    fi;
    leaveKey(x, k, p);
    clear(x)
}

inline letGo(i) {
    atomic { delivery[me] == OPEN && (status[X(i)] == AHEAD || (MUTANT(19) && status[X(i)] == RUNNING)) &&
            ((CONTENDED && !HEAD(i) && !MUTANT(6)) || old > 0) ->
        if :: CONTENDED && !HEAD(i) && !MUTANT(6) -> skip :: else -> old-- fi;
        if :: MUTANT(19) -> ranOut[X(i)] = 0 :: else fi;
        release(X(i), K(i), P) }
}

inline outside(i) {
    atomic { MAY_RUN(i) && !ranOut[X(i)] -> status[X(i)] = RUNNING; callOutside(X(i), R(i), K(i)) }
}

inline commit(i) {
    atomic { MAY_RUN(i) && !ranTx[X(i)] ->
        status[X(i)] = RUNNING;
        if
        :: HOLDS(X(i), K(i)) || MUTANT(13) -> commitAndSave(X(i), K(i))
        :: else -> delivery[me] = LOST
        fi }
}

inline commitUnanswered(i) {
    atomic { lostAnswers > 0 && MAY_RUN(i) && !ranTx[X(i)] && HOLDS(X(i), K(i)) -> lostAnswers--; status[X(i)] = RUNNING; putCommit(X(i), K(i)) }
}

inline save(i) {
    atomic { delivery[me] != CLOSED && status[X(i)] == RUNNING && unsaved[X(i)] && !ALL_RAN(X(i)) ->
        if
        :: HOLDS(X(i), K(i)) || MUTANT(1) -> putProgress(X(i), K(i))
        :: else -> unsaved[X(i)] = 0; delivery[me] = LOST
        fi }
}

inline giveUp(i) {
    atomic { failures > 0 && MAY_RUN(i) -> failures--; status[X(i)] = GIVEN_UP }
}

/* Nothing is left to run: the listeners had all completed when the claim was taken over. */
inline begin(i) {
    atomic { delivery[me] == OPEN && status[X(i)] == AHEAD && HEAD(i) && ALL_RAN(X(i)) -> status[X(i)] = RUNNING }
}

inline end(i) {
    atomic { delivery[me] != CLOSED && (IS_ENDING(i) || (MUTANT(3) && status[X(i)] == RUNNING)) ->
        complete(X(i), R(i), K(i)); leaveKey(X(i), K(i), P); clear(X(i)); status[X(i)] = FINISHED }
}

inline setAside(i) {
    atomic { status[X(i)] == GIVEN_UP ->
        if
        :: MUTANT(9) && HOLDS(X(i), K(i)) -> quarantine(X(i), R(i), K(i)); row[R(i)] = 0; status[X(i)] = HALFWAY
        :: !MUTANT(9) && (HOLDS(X(i), K(i)) || MUTANT(8)) -> quarantine(X(i), R(i), K(i)); leaveKey(X(i), K(i), P); clear(X(i)); status[X(i)] = FINISHED
        :: state[K(i)] == QUARANTINED && worker[K(i)] == X(i) + 1 && !MUTANT(8) -> leaveKey(X(i), K(i), P); clear(X(i)); status[X(i)] = FINISHED
        :: else -> status[X(i)] = RUNNING; delivery[me] = LOST
        fi }
}

inline setAsideRow(i) {
    atomic { MUTANT(9) && status[X(i)] == HALFWAY -> row[R(i)] = 1; leaveKey(X(i), K(i), P); clear(X(i)); status[X(i)] = FINISHED }
}

inline setAsideUnanswered(i) {
    atomic { lostAnswers > 0 && status[X(i)] == GIVEN_UP && HOLDS(X(i), K(i)) && !MUTANT(9) -> lostAnswers--; disturbed = 1; quarantine(X(i), R(i), K(i)); status[X(i)] = RUNNING }
}

/* The ledger is not to be had: the listeners get another round. */
inline setAsideFails(i) {
    atomic { status[X(i)] == GIVEN_UP -> if :: MUTANT(24) -> status[X(i)] = STRAY :: else -> status[X(i)] = RUNNING fi }
}

#define IS_BUSY(i) (status[X(i)] == GIVEN_UP || status[X(i)] == HALFWAY || IS_ENDING(i))
#define IS_UNSAVED(i) (status[X(i)] == RUNNING && unsaved[X(i)])

#if SHARDS == 1
#define ALL_PASSED (checkpoint[0] == LENGTH(0))
#elif SHARDS == 2
#define ALL_PASSED (checkpoint[0] == LENGTH(0) && checkpoint[1] == LENGTH(1))
#elif SHARDS == 3
#define ALL_PASSED (checkpoint[0] == LENGTH(0) && checkpoint[1] == LENGTH(1) && checkpoint[2] == LENGTH(2))
#endif

inline open() {
    atomic { delivery[me] == CLOSED && checkpoint[SHARD(me)] < LENGTH(SHARD(me)) && (holder[SHARD(me)] == 0 || holder[SHARD(me)] == me + 1 || steals > 0) ->
        if :: holder[SHARD(me)] != 0 && holder[SHARD(me)] != me + 1 -> steals--; disturbed = 1 :: else fi;
        holder[SHARD(me)] = me + 1;
        delivery[me] = OPEN;
        i = 0;
        do
        :: i < WINDOW -> status[X(i)] = ((i < checkpoint[SHARD(me)] || i >= LENGTH(SHARD(me))) -> FINISHED : UNCLAIMED); i++
        :: else -> break
        od;
        i = 0 }
}

inline close() {
    atomic { (delivery[me] == LOST || (delivery[me] == OPEN && (pauses > 0 || ALL_PASSED) && !(SOME(IS_UNSAVED) && !MUTANT(26)))) && !SOME(IS_BUSY) ->
        if :: delivery[me] == OPEN && !ALL_PASSED -> pauses-- :: else fi;
        delivery[me] = CLOSED;
        i = 0;
        do
        :: i < WINDOW ->
            if
            :: status[X(i)] == AHEAD -> release(X(i), K(i), P)
            :: else -> forgetToken(X(i), K(i)); leaveKey(X(i), K(i), P); clear(X(i))
            fi;
            i++
        :: else -> break
        od;
        i = 0 }
}

#define IS_PASSABLE(i) (status[X(i)] == FINISHED || (MUTANT(12) && IS_ENDING(i)))

/* Forward only, past records that have reached their end. */
inline advance() {
    atomic { delivery[me] != CLOSED && checkpoint[SHARD(me)] < LENGTH(SHARD(me)) && IS_PASSABLE(checkpoint[SHARD(me)]) ->
        i = checkpoint[SHARD(me)];
        do
        :: i < LENGTH(SHARD(me)) && IS_PASSABLE(i) -> assert(state[K(i)] == COMPLETED || row[R(i)] || discarded[R(i)]); i++
        :: else -> break
        od;
        checkpoint[SHARD(me)] = i;
        i = 0 }
}

inline nothingLost() {
    n = 0;
    do
    :: n < RECORDS -> assert(state[KEY(n)] == COMPLETED || row[n] || discarded[n]); n++
    :: else -> break
    od;
    n = 0
}

proctype Delivery(byte me) {
    byte i;
#ifdef BATCH
    byte asked;
    bit contended, room;
#endif
    do
    :: open()
    :: close()
    :: atomic { crashes > 0 && delivery[me] != CLOSED -> crash(P) }
#ifdef BATCH
    :: claimBatch()
#else
    EACH(ask)
    EACH(askUnanswered)
#endif
    EACH(wake)
    EACH(wakeHere)
    EACH(takeOwnOrphan)
    EACH(timeOut)
    EACH(takeAsRead)
    EACH(letGo)
    EACH(outside)
    EACH(commit)
    EACH(commitUnanswered)
    EACH(save)
    EACH(giveUp)
    EACH(begin)
    EACH(end)
    EACH(setAside)
    EACH(setAsideRow)
    EACH(setAsideUnanswered)
    EACH(setAsideFails)
    :: advance()
    :: atomic { ALL_PASSED && delivery[me] == CLOSED -> nothingLost(); break }
    od
}

/* ---- Operator, one for each process, who redrives until nothing is left in quarantine ---- */

#if OPERATORS > 0
#if RECORDS == 1
#define EACH_RECORD(step) :: step(0)
#define NO_ROWS (!row[0])
#elif RECORDS == 2
#define EACH_RECORD(step) :: step(0) :: step(1)
#define NO_ROWS (!row[0] && !row[1])
#endif
#define OX (SLOTS + me)
#define OR redriven[me]
#define OK KEY(redriven[me])

inline redriveEnds() {
    forgetToken(OX, OK);
    leaveKey(OX, OK, me);
    clear(OX);
    redriven[me] = 0
}

inline redrive(r) {
    atomic { status[OX] == IDLE && row[r] && !inFlight[me * KEYS + KEY(r)] -> redriven[me] = r; enterKey(OX, OK, me); status[OX] = ASKING }
}

inline discard(r) {
    atomic { discards > 0 && status[OX] == IDLE && row[r] -> discards--; row[r] = 0; discarded[r] = 1 }
}

proctype Operator(byte me) {
    do
    EACH_RECORD(redrive)
    :: atomic { status[OX] == ASKING ->
        if
        :: state[OK] == NONE || state[OK] == QUARANTINED || MUTANT(10) ->
            take(OX, OR, OK, me, 1);
            assert(listed[OR] || MUTANT(10));
            if :: MUTANT(27) -> ranOut[OX] = 0 :: else fi;
            status[OX] = RUNNING
        :: state[OK] == COMPLETED && !MUTANT(10) -> status[OX] = DELETING
        :: state[OK] == CLAIMED && !MUTANT(10) ->
            watched[OX] = 1;
            if
            :: owner[OK] == me + 1 -> status[OX] = TAKING
            :: else -> leaveKey(OX, OK, me); status[OX] = WATCHING
            fi
        fi }
    /* in progress: he calls again, and finds a change, or that the token has stood for the claim timeout */
    :: atomic { status[OX] == WATCHING && (!watched[OX] || state[OK] != CLAIMED || !row[OR]) -> redriveEnds() }
    :: atomic { status[OX] == WATCHING && watched[OX] && state[OK] == CLAIMED && row[OR] && !inFlight[me * KEYS + OK] && (worker[OK] == 0 || timeouts > 0) ->
        if :: worker[OK] != 0 -> timeouts--; disturbed = 1 :: else fi;
        enterKey(OX, OK, me);
        status[OX] = TAKING }
    :: atomic { status[OX] == TAKING ->
        if
        :: watched[OX] && state[OK] == CLAIMED -> take(OX, OR, OK, me, 1); assert(listed[OR]); status[OX] = RUNNING
        :: else ->
            watched[OX] = 0;
            if
            :: !MUTANT(21) -> status[OX] = ASKING
            :: MUTANT(21) && (state[OK] == COMPLETED || (state[OK] == QUARANTINED && event[OK] == OR)) -> status[OX] = DELETING
            :: MUTANT(21) && state[OK] == QUARANTINED && event[OK] != OR -> take(OX, OR, OK, me, 1); status[OX] = RUNNING
            :: MUTANT(21) && (state[OK] == NONE || state[OK] == CLAIMED) -> redriveEnds()
            fi
        fi }
    :: atomic { status[OX] == RUNNING && !ranOut[OX] -> callOutside(OX, OR, OK) }
    :: atomic { status[OX] == RUNNING && !ranTx[OX] ->
        if
        :: HOLDS(OX, OK) -> commitAndSave(OX, OK)
        :: else -> redriveEnds()
        fi }
    :: atomic { status[OX] == RUNNING && unsaved[OX] && !ALL_RAN(OX) ->
        if
        :: HOLDS(OX, OK) -> putProgress(OX, OK)
        :: else -> redriveEnds()
        fi }
    :: atomic { status[OX] == RUNNING && !ALL_RAN(OX) && failures > 0 -> failures--; status[OX] = GIVEN_UP }
    :: atomic { status[OX] == GIVEN_UP ->
        if :: HOLDS(OX, OK) -> quarantine(OX, OR, OK) :: else fi;
        redriveEnds() }
    :: atomic { status[OX] == RUNNING && ALL_RAN(OX) && !MUTANT(16) -> complete(OX, OR, OK); status[OX] = DELETING }
    :: atomic { status[OX] == DELETING && !MUTANT(16) -> assert(state[OK] == COMPLETED); row[OR] = 0; redriveEnds() }
    :: atomic { status[OX] == RUNNING && ALL_RAN(OX) && MUTANT(16) -> row[OR] = 0; status[OX] = DELETING }
    :: atomic { status[OX] == DELETING && MUTANT(16) -> if :: state[OK] != COMPLETED -> complete(OX, OR, OK) :: else fi; row[OR] = 0; redriveEnds() }
    /* The ledger is not to be had, or its answer is lost: the call ends with an error. The key stays in flight until the progress is saved. */
    :: atomic { lostAnswers > 0 && ((status[OX] == RUNNING && ALL_RAN(OX)) || status[OX] == GIVEN_UP) && !MUTANT(16) ->
        lostAnswers--;
        if
        :: true
        :: status[OX] == RUNNING -> complete(OX, OR, OK)
        :: status[OX] == GIVEN_UP && HOLDS(OX, OK) -> quarantine(OX, OR, OK)
        fi;
        if :: MUTANT(25) -> redriveEnds() :: else -> status[OX] = SAVING fi }
    :: atomic { status[OX] == SAVING ->
        if :: HOLDS(OX, OK) -> putProgress(OX, OK) :: else fi;
        redriveEnds() }
    :: atomic { lostAnswers > 0 && status[OX] == RUNNING && !ranTx[OX] && HOLDS(OX, OK) -> lostAnswers--; putCommit(OX, OK); status[OX] = GIVEN_UP }
    EACH_RECORD(discard)
    :: atomic { crashes > 0 && status[OX] != IDLE -> crash(me); redriven[me] = 0 }
    :: atomic { ALL_PASSED && status[OX] == IDLE && NO_ROWS -> nothingLost(); break }
    od
}
#endif

init {
    atomic {
        n = 0;
        do :: n < DELIVERIES -> run Delivery(n); n++ :: else -> break od;
#if OPERATORS > 0
        n = 0;
        do :: n < OPERATORS -> run Operator(n); n++ :: else -> break od;
#endif
        n = 0
    }
}
