/** Benchmarks: not tests but programs, which print tables; see Performance in the README. */
package io.onlyonce.bench;
