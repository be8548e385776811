/**
 * {@code adplatform up}, {@code status} and {@code down}: the whole exchange on one machine.
 *
 * <p>{@link io.adplatform.standalone.Launcher} is the entry; {@link io.adplatform.standalone.Up} is
 * the table of contents of a start: data folder, data servers, services, settle job, sample data,
 * the screenful. The data servers are children kept by {@code io.adplatform.servers}; the services
 * run in this JVM ({@link io.adplatform.standalone.OneJvmExchange}) or as children behind a front
 * ({@link io.adplatform.standalone.SplitExchange}). Everything here runs on the main thread, apart
 * from the shutdown hook, which only asks it to end. Nothing here is on the path of a request,
 * except the front with {@code --split}.
 */
package io.adplatform.standalone;
