/**
 * Reports from the roll-ups in ClickHouse: {@code GET /api/v1/reports/delivery}, and what
 * campaign-service asks about a line item's last hour.
 *
 * <p>{@link io.adplatform.analytics.report.Reports} mounts the handlers. A request becomes a {@link
 * io.adplatform.analytics.report.ReportQuery} (all of it checked, errors name the parameter), that
 * one SQL statement ({@link io.adplatform.analytics.report.ReportSql}) with every value a bound
 * parameter, its rows JSON. Handlers run on virtual threads of the API server and share nothing but
 * the ClickHouse client. What each figure means is said in {@link
 * io.adplatform.analytics.report.DeliveryReport}.
 */
package io.adplatform.analytics.report;
