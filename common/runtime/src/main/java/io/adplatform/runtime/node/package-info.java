/**
 * What a hot process has: lanes, driver, journals, HTTP server, metrics and readiness, started and
 * ended in order. {@link io.adplatform.runtime.node.HotNode} is used by the {@code launch} package
 * of each hot service, on the main thread; what services register with it runs on the lanes.
 */
package io.adplatform.runtime.node;
