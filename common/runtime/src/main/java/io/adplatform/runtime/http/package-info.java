/**
 * The HTTP server of the lanes. Every lane serves its own connections on its own thread; a
 * connection stays with its lane. Services register, before it listens, a handler per lane for each
 * path prefix; health, readiness and metrics are served beside them. Readiness is shared with the
 * control plane's server.
 */
package io.adplatform.runtime.http;
