/**
 * Settings from flags, environment and a properties file, and the typed records that several
 * services build from them. Read once at start, on the main thread; the records are immutable and
 * shared freely. A wrong value is a {@link io.adplatform.runtime.config.SettingsException} whose
 * message is one line that names the key, the value and what is allowed.
 */
package io.adplatform.runtime.config;
