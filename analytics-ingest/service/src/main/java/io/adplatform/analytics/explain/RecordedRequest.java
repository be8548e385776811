package io.adplatform.analytics.explain;

/**
 * The full record of a request.
 *
 * @param requestId the SSP's own
 * @param request as read, without what identifies a person; JSON
 * @param response what was answered; empty where there was no body
 */
record RecordedRequest(String requestId, int status, String request, String response) {}
