/**
 * The command line over the REST API: one class per noun, each of whose subcommands is one call.
 * {@link io.adplatform.cli.Api} holds address and key; nothing here knows the services. Runs on the
 * main thread and exits.
 */
package io.adplatform.cli;
