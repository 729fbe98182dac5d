/** Faults between services under test and DynamoDB Local, load, processes that can be killed, and an audit of what came of it. */
package io.onlyonce.chaos;
