/**
 * Secrets of others that the catalogue carries, such as the header a demand partner wants to see:
 * sealed where they are taken in, opened where they are used, unreadable in between. Called by the
 * control plane and by the thread that compiles the catalogue, never by a lane. Thread-safe.
 */
package io.adplatform.wire.secret;
