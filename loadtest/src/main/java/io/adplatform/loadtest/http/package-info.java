/**
 * The endpoint under load, beside a bare server in the same run: {@code HttpComparison} is the
 * scenario, {@code BareServer} what it is compared with, {@code Contender} what is told of either,
 * {@code Wrk} and {@code OpenLoop} the load. CPU time is the operating system's own accounting.
 */
package io.adplatform.loadtest.http;
