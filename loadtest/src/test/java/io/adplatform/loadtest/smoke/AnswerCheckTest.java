package io.adplatform.loadtest.smoke;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.junit.jupiter.api.Test;

class AnswerCheckTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void shouldFindWhateverOfABidItsRequestBlocks() throws Exception {
    String bid = "{'adomain':['shop.Acme.example','b.example'],'cat':['IAB1-2','IAB12']}";
    assertEquals(List.of(), blocked("{}", bid));
    assertEquals(List.of(), blocked("{'badv':['me.example'],'bcat':['IAB2','IAB1-20']}", bid));
    assertEquals(List.of("b.example"), blocked("{'badv':['x.example','B.example']}", bid));
    assertEquals(List.of("shop.acme.example"), blocked("{'badv':['acme.example']}", bid));
    assertEquals(List.of("IAB1-2"), blocked("{'bcat':['IAB1']}", bid));
    assertEquals(List.of("IAB12"), blocked("{'bcat':['IAB12']}", bid));
  }

  private static List<String> blocked(String request, String bid) throws JsonProcessingException {
    return AnswerCheck.blocked(json(request), json(bid));
  }

  private static JsonNode json(String text) throws JsonProcessingException {
    return JSON.readTree(text.replace('\'', '"'));
  }
}
