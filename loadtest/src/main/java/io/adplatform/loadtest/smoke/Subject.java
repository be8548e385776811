package io.adplatform.loadtest.smoke;

/**
 * Whose delivery is compared.
 *
 * @param name what the run calls it
 * @param grouping the report's grouping, {@code lineItem} or {@code supplyPartner}
 * @param id its id
 */
record Subject(String name, String grouping, String id) {
  /** The rows of this one alone. */
  String filter() {
    return grouping + "Id:" + id;
  }
}
