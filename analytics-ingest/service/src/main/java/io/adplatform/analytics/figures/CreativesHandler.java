package io.adplatform.analytics.figures;

import com.fasterxml.jackson.databind.JsonNode;
import io.adplatform.runtime.api.ApiHandler;
import io.adplatform.runtime.api.ApiRequest;
import io.adplatform.runtime.api.ApiResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * {@code POST /internal/v1/settled/creatives}: which of the creatives (or, by {@code lineItem}, of
 * the line items) named were ever bid to a supply partner, as far back as reports go.
 */
final class CreativesHandler implements ApiHandler {
  private final FigureQuery query;

  CreativesHandler(FigureQuery query) {
    this.query = query;
  }

  @Override
  public ApiResponse handle(ApiRequest request) {
    JsonObject asked = request.json();
    String ids =
        asked.getJsonArray("ids").stream()
            .map(String::valueOf)
            .collect(Collectors.joining(",", "[", "]"));
    String column = "lineItem".equals(asked.getString("by")) ? "line_item_id" : "creative_id";
    JsonArray known = new JsonArray();
    for (JsonNode row :
        query.rows(
            "SELECT DISTINCT "
                + column
                + " AS id FROM delivery WHERE supply_partner_id ="
                + " {supplyPartner:Int64} AND has({ids:Array(Int64)}, "
                + column
                + ")",
            Map.of("ids", ids, "supplyPartner", Long.toString(asked.getLong("supplyPartnerId"))))) {
      known.add(row.get("id").asLong());
    }
    return ApiResponse.ok(new JsonObject().put("known", known));
  }
}
