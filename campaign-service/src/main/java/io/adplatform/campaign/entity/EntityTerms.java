package io.adplatform.campaign.entity;

import io.adplatform.runtime.api.Role;
import java.util.List;

/**
 * What a kind is called and who may touch it.
 *
 * @param noun what people call it, such as {@code line item}
 * @param path where it lies below {@code /api/v1}, such as {@code /line-items}
 * @param table its table
 * @param select a query of all rows that can be seen, aliased {@code t}, without conditions
 * @param hasCurrency whether {@code select} answers a {@code currency}
 * @param readers who may read it, besides operators
 * @param writers who may change it, besides operators
 */
public record EntityTerms(
    String noun,
    String path,
    String table,
    String select,
    boolean hasCurrency,
    List<Role> readers,
    List<Role> writers) {

  /** Terms of a kind that is read from its table alone. */
  static EntityTerms of(
      String noun, String path, String table, List<Role> readers, List<Role> writers) {
    String select = "SELECT t.* FROM " + table + " t";
    return new EntityTerms(noun, path, table, select, false, readers, writers);
  }

  /** The column of {@code t} that tells whose a row is. */
  public String ownerColumn() {
    return table.equals("account") ? "id" : "account_id";
  }

  /** The same with another query, whose currency is the thing's own. */
  EntityTerms withRows(String query) {
    return new EntityTerms(noun, path, table, query, false, readers, writers);
  }

  /** The same with a query that joins the advertiser's currency. */
  EntityTerms withSelect(String query) {
    return new EntityTerms(noun, path, table, query, true, readers, writers);
  }
}
