/**
 * The smoke run: starts the exchange with its one command on an empty folder, does through public
 * interfaces what an SSP, an advertiser, browsers and an unlucky operator would do, keeps its own
 * tally and holds the report against it. {@code Smoke} is the story, in order; one thread, but for
 * the beacons that are in flight when everything is killed.
 */
package io.adplatform.loadtest.smoke;
