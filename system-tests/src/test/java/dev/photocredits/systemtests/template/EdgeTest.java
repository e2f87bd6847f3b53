package dev.photocredits.systemtests.template;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.photocredits.emulators.Template;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Checks CloudFront in front of the API: off by default, and what it consists of. */
final class EdgeTest {
  private static final String FIREWALL = "arn:aws:wafv2:us-east-1:1:global/webacl/shop/1";

  /** Routes with bodies that look like attacks: photos, texts of users, events of Stripe. */
  private static final Set<String> FREE_BODIES =
      Set.of("/api/generate", "/api/feedback", "/api/webhooks/stripe");

  private final ResolvedTemplate page = page(Map.of());
  private final ResolvedTemplate edge = page(Map.of("WebAclArn", FIREWALL));

  @Test
  void it_is_off_by_default() {
    var distribution = page.resource("Page").path("DistributionConfig");
    var stage = stage(Map.of());

    assertThat(page.resources())
        .containsOnlyKeys(
            "PageBucket", "PageBucketForCloudFrontOnly", "PageAccess", "Headers", "Page");
    assertThat(distribution.path("Origins")).hasSize(1);
    assertThat(distribution.has("CacheBehaviors")).isFalse();
    assertThat(distribution.has("CustomErrorResponses")).isFalse();
    assertThat(distribution.has("WebACLId")).isFalse();
    assertThat(policy(page, "Headers")).contains("connect-src 'self' https://api.example https://");
    assertThat(stage.has("StageVariables")).isFalse();
  }

  @Test
  void the_page_itself_is_served_as_without_it() {
    var before = page.resource("Page").path("DistributionConfig");
    var after = edge.resource("Page").path("DistributionConfig");

    assertThat(after.path("DefaultCacheBehavior")).isEqualTo(before.path("DefaultCacheBehavior"));
    assertThat(after.at("/Origins/0")).isEqualTo(before.at("/Origins/0"));
    assertThat(after.path("WebACLId").asText()).isEqualTo(FIREWALL);
    assertThat(policy(edge, "Headers"))
        .contains("connect-src 'self'  https://sign-in.example https://");
  }

  @Test
  void every_path_of_the_api_reaches_it_uncached_and_with_all_that_the_caller_sent() {
    var behaviours = edge.resource("Page").at("/DistributionConfig/CacheBehaviors");
    var behaviour = behaviours.path(0);
    var paths =
        Template.find().routes().stream()
            .map(Template.Route::key)
            .filter(key -> !key.equals("$default"))
            .map(key -> key.replaceFirst(".* ", ""));

    assertThat(behaviours).hasSize(1);
    assertThat(behaviour.path("PathPattern").asText()).isEqualTo("/api/*");
    assertThat(paths).isNotEmpty().allMatch(path -> path.startsWith("/api/"));
    assertThat(behaviour.path("TargetOriginId").asText()).isEqualTo("api");
    assertThat(behaviour.path("AllowedMethods")).hasSize(7);
    assertThat(behaviour.path("ViewerProtocolPolicy").asText()).isEqualTo("https-only");
    // CachingDisabled and AllViewerExceptHostHeader
    assertThat(behaviour.path("CachePolicyId").asText())
        .isEqualTo("4135ea2d-6df8-44a3-9df3-4b5a84be39ad");
    assertThat(behaviour.path("OriginRequestPolicyId").asText())
        .isEqualTo("b689b0a8-53d0-40ab-baf2-68738e2966ac");
  }

  /**
   * CloudFront caches such statuses for ten seconds unless told otherwise, and does not tell
   * callers apart:
   * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/custom-error-pages-expiration.html
   */
  @Test
  void no_error_of_the_api_is_cached_for_another_caller() {
    var responses = edge.resource("Page").at("/DistributionConfig/CustomErrorResponses");
    var cachedByCloudFront = Set.of(400, 403, 404, 405, 414, 500, 501, 502, 503, 504);

    assertThat(responses.valueStream().map(error -> error.path("ErrorCode").asInt()))
        .containsExactlyInAnyOrderElementsOf(cachedByCloudFront);
    assertThat(responses.valueStream())
        .allMatch(error -> error.path("ErrorCachingMinTTL").asInt(-1) == 0)
        .noneMatch(error -> error.has("ResponsePagePath"));
  }

  @Test
  void the_origin_is_the_api_over_tls_and_gets_the_key_and_the_callers_address() {
    var origin = edge.resource("Page").at("/DistributionConfig/Origins/1");
    var header = origin.at("/OriginCustomHeaders/0");
    var association =
        edge.resource("Page").at("/DistributionConfig/CacheBehaviors/0/FunctionAssociations/0");

    assertThat(origin.path("DomainName").asText()).isEqualTo("api.example");
    assertThat(origin.at("/CustomOriginConfig/OriginProtocolPolicy").asText())
        .isEqualTo("https-only");
    assertThat(origin.at("/CustomOriginConfig/OriginSSLProtocols").toString())
        .isEqualTo("[\"TLSv1.2\"]");
    // API Gateway gives up after 30 seconds; a CloudFront that is faster would hide its answer.
    assertThat(origin.at("/CustomOriginConfig/OriginReadTimeout").asInt()).isBetween(31, 60);
    assertThat(header.path("HeaderName").asText())
        .isEqualTo("x-origin-verify")
        .doesNotStartWith("x-edge-")
        .doesNotStartWith("x-amz-");
    assertThat(header.path("HeaderValue").asText())
        .isEqualTo("{{resolve:secretsmanager:${OriginKey}:SecretString:::}}");
    assertThat(association.path("EventType").asText()).isEqualTo("viewer-request");
    assertThat(association.path("FunctionARN").asText()).isEqualTo("${CallerAddress.FunctionARN}");
    assertThat(edge.resource("CallerAddress").path("FunctionCode").asText())
        .contains("event.request.headers['true-client-ip'] = {value: event.viewer.ip};");
  }

  @Test
  void a_new_version_of_the_key_changes_the_origin() {
    var rotated = page(Map.of("WebAclArn", FIREWALL, "OriginKeyVersion", "v-2"));

    assertThat(
            rotated
                .resource("Page")
                .at("/DistributionConfig/Origins/1/OriginCustomHeaders/0/HeaderValue")
                .asText())
        .isEqualTo("{{resolve:secretsmanager:${OriginKey}:SecretString:::v-2}}");
  }

  @Test
  void answers_of_the_api_have_the_security_headers_of_the_page() {
    var ofThePage =
        edge.resource("Headers").at("/ResponseHeadersPolicyConfig/SecurityHeadersConfig");
    var ofTheApi =
        edge.resource("ApiHeaders").at("/ResponseHeadersPolicyConfig/SecurityHeadersConfig");

    for (var header :
        List.of(
            "StrictTransportSecurity", "ContentTypeOptions", "FrameOptions", "ReferrerPolicy")) {
      assertThat(ofTheApi.path(header)).as(header).isEqualTo(ofThePage.path(header));
    }
    assertThat(policy(edge, "ApiHeaders")).isEqualTo("default-src 'none'; frame-ancestors 'none'");
    assertThat(
            edge.resource("Page")
                .at("/DistributionConfig/CacheBehaviors/0/ResponseHeadersPolicyId")
                .asText())
        .isEqualTo("${ApiHeaders}");
  }

  @Test
  void the_stage_of_the_api_has_the_digests_of_the_keys_and_keeps_its_throttles() {
    var digests = "a".repeat(64) + "," + "b".repeat(64);

    var stage = stage(Map.of("OriginKeys", digests));
    var off = stage(Map.of("OriginKeys", "off"));

    assertThat(stage.path("StageVariables").toString())
        .isEqualTo("{\"origin_keys\":\"" + digests + "\"}");
    assertThat(off.path("StageVariables").toString()).isEqualTo("{\"origin_keys\":\"off\"}");
    assertThat(stage.path("RouteSettings")).isEqualTo(stage(Map.of()).path("RouteSettings"));
  }

  @Test
  void the_firewall_limits_each_address_with_the_error_of_the_contract() {
    var rate = rules(Map.of("RequestsPerAddress", "500")).getFirst();
    var firewall = firewall(Map.of());

    assertThat(firewall.path("Scope").asText()).isEqualTo("CLOUDFRONT");
    assertThat(rate.at("/Statement/RateBasedStatement/AggregateKeyType").asText()).isEqualTo("IP");
    assertThat(rate.at("/Statement/RateBasedStatement/Limit").asText()).isEqualTo("500");
    assertThat(rate.at("/Action/Block/CustomResponse/ResponseCode").asInt()).isEqualTo(429);
    assertThat(firewall.at("/CustomResponseBodies/tooMany/Content").asText())
        .startsWith("{\"detail\":\"")
        .endsWith("\"error_code\":\"RATE_LIMITED\"}");
  }

  @Test
  void what_is_counted_for_bodies_is_blocked_everywhere_but_where_it_is_expected() {
    var rules = rules(Map.of());
    var common = rules.get(3).at("/Statement/ManagedRuleGroupStatement");
    var bodies = rules.get(4);
    var statements = bodies.at("/Statement/AndStatement/Statements");

    var counted =
        common
            .path("RuleActionOverrides")
            .valueStream()
            .map(rule -> rule.path("Name").asText())
            .filter(name -> name.endsWith("_BODY"))
            .collect(Collectors.toSet());
    var labels =
        statements
            .at("/0/OrStatement/Statements")
            .valueStream()
            .map(label -> label.at("/LabelMatchStatement/Key").asText())
            .map(key -> key.replaceFirst("^awswaf:managed:aws:core-rule-set:", ""))
            .map(key -> key.replace("_Body", "_BODY"))
            .collect(Collectors.toSet());
    var exempt =
        statements
            .at("/1/NotStatement/Statement/OrStatement/Statements")
            .valueStream()
            .filter(path -> path.at("/ByteMatchStatement/FieldToMatch/UriPath").isObject())
            .filter(path -> path.toString().contains("EXACTLY"))
            .map(path -> path.at("/ByteMatchStatement/SearchString").asText())
            .collect(Collectors.toSet());

    assertThat(common.path("Name").asText()).isEqualTo("AWSManagedRulesCommonRuleSet");
    assertThat(counted)
        .contains("SizeRestrictions_BODY", "CrossSiteScripting_BODY")
        .isEqualTo(labels);
    assertThat(exempt).isEqualTo(FREE_BODIES);
    assertThat(bodies.at("/Action/Block/CustomResponse/ResponseCode").asInt()).isEqualTo(403);
  }

  @Test
  void other_rules_of_aws_block_and_the_capacity_is_included_in_the_price() {
    var groups =
        rules(Map.of()).stream()
            .map(rule -> rule.at("/Statement/ManagedRuleGroupStatement"))
            .filter(group -> !group.isMissingNode())
            .toList();
    // https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html
    var capacity =
        Map.of(
            "AWSManagedRulesAmazonIpReputationList", 25,
            "AWSManagedRulesKnownBadInputsRuleSet", 200,
            "AWSManagedRulesCommonRuleSet", 700);

    assertThat(groups)
        .extracting(group -> group.path("Name").asText())
        .containsExactlyInAnyOrderElementsOf(capacity.keySet());
    assertThat(groups.subList(0, 2)).noneMatch(group -> group.has("RuleActionOverrides"));
    assertThat(rules(Map.of()).subList(1, 4))
        .allSatisfy(rule -> assertThat(rule.at("/OverrideAction/None").isObject()).isTrue());
    assertThat(capacity.values().stream().mapToInt(Integer::intValue).sum())
        .isLessThan(1_500 - 100);
  }

  private static ResolvedTemplate page(Map<String, String> parameters) {
    var all = new HashMap<>(parameters);
    all.put("ApiUrl", "https://api.example");
    all.put("SignInUrl", "https://sign-in.example");
    all.put("BucketName", "pictures");
    return ResolvedTemplate.of("template-page.yaml", all);
  }

  private static JsonNode stage(Map<String, String> parameters) {
    return ResolvedTemplate.of("target/template.json", parameters)
        .resource("ApiApiGatewayDefaultStage");
  }

  private static JsonNode firewall(Map<String, String> parameters) {
    return ResolvedTemplate.of("template-edge.yaml", parameters).resource("Firewall");
  }

  private static List<JsonNode> rules(Map<String, String> parameters) {
    return firewall(parameters).path("Rules").valueStream().toList();
  }

  private static String policy(ResolvedTemplate template, String name) {
    return template
        .resource(name)
        .at(
            "/ResponseHeadersPolicyConfig/SecurityHeadersConfig/ContentSecurityPolicy"
                + "/ContentSecurityPolicy")
        .asText();
  }
}
