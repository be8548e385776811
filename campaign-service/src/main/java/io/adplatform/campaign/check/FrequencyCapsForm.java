package io.adplatform.campaign.check;

import io.adplatform.wire.frequency.FrequencyCap;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** {@code frequencyCaps} of bodies and rows. Bounds of each number stand in the document. */
public final class FrequencyCapsForm {
  private FrequencyCapsForm() {}

  /** Reads the field of a body; none where it is left out. */
  public static List<FrequencyCap> read(JsonObject body, FieldErrors errors) {
    List<FrequencyCap> caps = parse(body.getJsonArray("frequencyCaps", new JsonArray()));
    Set<Integer> windows = new HashSet<>();
    for (int i = 0; i < caps.size(); i++) {
      errors.require(
          windows.add(caps.get(i).perSeconds()),
          "/frequencyCaps/" + i + "/perSeconds",
          "is the window of another cap, too");
    }
    return caps;
  }

  /** Reads a row's column. */
  public static List<FrequencyCap> ofColumn(String json) {
    return parse(new JsonArray(json));
  }

  private static List<FrequencyCap> parse(JsonArray array) {
    List<FrequencyCap> caps = new ArrayList<>();
    for (int i = 0; i < array.size(); i++) {
      JsonObject cap = array.getJsonObject(i);
      caps.add(new FrequencyCap(cap.getInteger("impressions"), cap.getInteger("perSeconds")));
    }
    return List.copyOf(caps);
  }

  /** Writes them. */
  public static JsonArray toJson(List<FrequencyCap> caps) {
    JsonArray array = new JsonArray();
    for (FrequencyCap cap : caps) {
      array.add(
          new JsonObject()
              .put("impressions", cap.impressions())
              .put("perSeconds", cap.perSeconds()));
    }
    return array;
  }
}
