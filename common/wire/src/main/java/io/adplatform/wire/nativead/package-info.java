/**
 * Native ads (IAB OpenRTB Dynamic Native Ads 1.0 to 1.2): reading what a request asks for, telling
 * whether what an advertiser brought is enough for it, and writing the response object as the text
 * that a bid's {@code adm} is. Lanes read and write; what is written was encoded when the catalogue
 * was compiled. A request's terms belong to the slot of its imp, everything else is immutable.
 */
package io.adplatform.wire.nativead;
