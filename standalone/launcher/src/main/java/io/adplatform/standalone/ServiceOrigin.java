package io.adplatform.standalone;

/**
 * A service's own port behind the front.
 *
 * @param name the service
 * @param port on 127.0.0.1
 */
record ServiceOrigin(String name, int port) {}
