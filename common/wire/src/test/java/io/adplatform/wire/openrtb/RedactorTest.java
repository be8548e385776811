package io.adplatform.wire.openrtb;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedactorTest {
  private final BidRequest request = new BidRequest();
  private final OpenRtbReader reader = new OpenRtbReader();
  private final Redactor redactor = new Redactor();

  private String copy(String json) {
    byte[] body = json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    System.arraycopy(body, 0, request.receive(body.length), 0, body.length);
    reader.read(request);
    int length = redactor.copy(request);
    return new String(redactor.bytes(), 0, length, StandardCharsets.UTF_8).replace('"', '\'');
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'ip':'203.0.113.77'}|{'ip':'203.0.113.0'}",
        "{'ipv6':'2001:db8:85a3:8d3:1319:8a2e:370:7348'}|{'ipv6':'2001:db8:85a3::'}",
        "{'ipv6':'2001:db8::1'}|{'ipv6':'2001:db8::'}",
        "{'ip':'::ffff:203.0.113.77'}|{'ip':'::'}",
        "{'ip':'home'}|{'ip':''}",
        "{'geo':{'lat':37.7749295,'lon':-122.41,'zip':'94103'}}|{'geo':{'lat':37.7,'lon':-122.4,'zip':''}}",
        "{'geo':{'lat':1.5,'lon':-7}}|{'geo':{'lat':1.5,'lon':-7}}",
        "{'geo':{'lat':3.77749e1}}|{'geo':{'lat':0}}",
        "{'site':{'page':'https://n.example/a?u=joe@x.example#f'}}|{'site':{'page':'https://n.example/a'}}",
        "{'device':{'ifa':'A-B','dpidsha1':'x','macmd5':'y','ua':'z'}}|{'device':{'ifa':'','dpidsha1':'','macmd5':'','ua':'z'}}",
        "{'id':'r','user':{'id':'u','buyeruid':'b','yob':1980}}|{'id':'r','user':{'id':'','buyeruid':'','yob':0}}",
        "{'user':{'eids':[{'source':'s','uids':[{'id':'i','atype':1}]}]}}|{'user':{'eids':[{'source':'s','uids':[{'id':'','atype':1}]}]}}",
        "{'user':{'ext':{'eids':[{'uids':[{'id':'i'}]}],'data':{'gaid':['g','h']}}}}|{'user':{'ext':{'eids':[{'uids':[{'id':''}]}],'data':{'gaid':['','']}}}}",
        "{'device':{'ext':{'idfv':{'deep':['x',5,true]}}}}|{'device':{'ext':{'idfv':{'deep':['',0,true]}}}}",
        "{'user':{'ext':{'prebid':{'buyeruids':{'a':'u1','b':'u2'}}}}}|{'user':{'ext':{'prebid':{'buyeruids':{'a':'','b':''}}}}}",
        "{'imp':[{'id':'1','ext':{'uid':7}}]}|{'imp':[{'id':'1','ext':{'uid':7}}]}",
        "{'\\u0069fa':'x','k': [ 1 , 2 ] }|{'\\u0069fa':'','k': [ 1 , 2 ] }"
      })
  void shouldTakeOutWhatIdentifiesAPersonAndLeaveTheRestAsItWas(String json, String expected) {
    assertEquals(expected, copy(json));
  }

  @Test
  void shouldGiveNothingOfWhatIsNotJson() {
    assertEquals("", copy("{'ifa':'x'"));
  }

  @Test
  void shouldLeaveTheRequestsSpansAlone() {
    copy("{'id':'r\\u0041','imp':[{'id':'\\u0042'}],'user':{'\\u0069d':'\\u0043'}}");

    assertEquals("rA", request.text(request.id));
    assertEquals("B", request.text(request.imp(0).id));
    assertEquals("C", request.text(request.user.id));
  }
}
