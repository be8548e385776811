/**
 * What a process counts and how it logs.
 *
 * <p>Lanes write {@link io.adplatform.runtime.metrics.EnumCounters} and {@link
 * io.adplatform.runtime.metrics.LatencyHistogram}, one per lane, without locks or allocation; the
 * thread that scrapes reads and adds them up. Labels are enum values or lane numbers, hence
 * bounded. Everything else uses the Micrometer registry of {@link
 * io.adplatform.runtime.metrics.Metrics}.
 */
package io.adplatform.runtime.metrics;
