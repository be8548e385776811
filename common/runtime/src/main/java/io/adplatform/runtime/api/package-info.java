/**
 * The HTTP server of the control plane.
 *
 * <p>One OpenAPI document ({@code adplatform-v1.yaml}) describes every public operation; services
 * mount an {@link io.adplatform.runtime.api.ApiHandler} by {@code operationId} into an {@link
 * io.adplatform.runtime.api.ApiServer.Builder}, and whoever owns the builder starts the server: one
 * for all services in one JVM, or one each. Requests are read, checked against the document and
 * answered on an event loop of the server's own Vert.x; key look-ups and handlers run on virtual
 * threads (one per request, a bounded number at once) and may block. What tenants ask, the look-ups
 * of their keys, each internal route and the server's state have bounds of their own, so that none
 * keeps the others from being answered. Nothing here is shared with the lanes.
 *
 * <p>What goes wrong is thrown as a {@link io.adplatform.runtime.api.Problem} and answered as a
 * problem document (RFC 9457).
 */
package io.adplatform.runtime.api;
