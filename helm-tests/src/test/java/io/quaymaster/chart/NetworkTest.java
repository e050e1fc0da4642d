package io.quaymaster.chart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How partners, admins and Prometheus reach the gateways, and whom the gateways reach. */
class NetworkTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | Local",
        "{ssh: {service: {type: NodePort}}} | Local",
        "{ssh: {service: {externalTrafficPolicy: Cluster}}} | Cluster",
        "{ssh: {proxyProtocol: {enabled: true, networks: [10.0.0.0/8]}}} | Cluster",
        "{ssh: {service: {type: ClusterIP}}} | ''",
      })
  void theSourceAddressIsKept(String values, String policy) {
    Rendered rendered = Chart.WHOLE.render(Chart.RELEASE, Chart.minimalAnd(values));
    assertThat(rendered.one("Service", "-ssh").at("/spec/externalTrafficPolicy").asText())
        .isEqualTo(policy);
  }

  @Test
  void sshAdminAndManagementAreServicesApart() {
    Rendered rendered = Chart.WHOLE.render("minimal");
    JsonNode ssh = rendered.one("Service", "-ssh").at("/spec");
    assertThat(ssh.path("type").asText()).isEqualTo("LoadBalancer");
    assertThat(ssh.path("ports"))
        .isEqualTo(Project.yaml("[{name: ssh, port: 22, targetPort: ssh}]"));
    JsonNode admin = rendered.one("Service", "-admin").at("/spec");
    assertThat(admin.path("type").asText()).isEqualTo("ClusterIP");
    assertThat(admin.path("ports"))
        .isEqualTo(Project.yaml("[{name: http, port: 8080, targetPort: admin}]"));
    JsonNode management = rendered.one("Service", "-management").at("/spec");
    assertThat(management.path("clusterIP").asText()).isEqualTo("None");
    assertThat(management.path("publishNotReadyAddresses").asBoolean()).isTrue();
  }

  @Test
  void furtherListenersAreInThePodAndTheServiceIfTheyShall() {
    Rendered rendered = Chart.WHOLE.render("proxy-protocol");
    Manifest gateways = rendered.gateways();
    assertThat(variables(gateways))
        .contains(
            "QUAYMASTER_ADMISSION_PROXIES=10.0.0.0/16,fd00::/8",
            "QUAYMASTER_SSH_LISTENERS_0_NAME=old-partners",
            "QUAYMASTER_SSH_LISTENERS_0_PORT=2222",
            "QUAYMASTER_SSH_LISTENERS_0_ALGORITHMS=legacy",
            "QUAYMASTER_SSH_LISTENERS_0_SOURCES=203.0.113.0/24,198.51.100.7",
            "QUAYMASTER_SSH_LISTENERS_0_DEFAULT_TENANT=acme",
            "QUAYMASTER_SSH_LISTENERS_1_NAME=inside",
            "QUAYMASTER_SSH_LISTENERS_1_PORT=2223")
        .doesNotContain("QUAYMASTER_SSH_LISTENERS_1_ALGORITHMS=");
    assertThat(gateways.container().path("ports").findValuesAsText("containerPort"))
        .containsExactly("2022", "2222", "2223", "8080", "8081");
    assertThat(rendered.one("Service", "-ssh").at("/spec/ports"))
        .isEqualTo(
            Project.yaml(
                """
                - {name: ssh, port: 22, targetPort: ssh}
                - {name: old-partners, port: 2222, targetPort: 2222}
                """));
  }

  @Test
  void withoutProxyProtocolNobodysHeaderIsRead() {
    Manifest gateways = Chart.WHOLE.render("minimal").gateways();
    assertThat(gateways.variable("QUAYMASTER_ADMISSION_PROXIES").isMissingNode()).isTrue();
  }

  @Test
  void whoMayConnectIsWhatTheValuesSay() {
    JsonNode ingress = policy(Chart.WHOLE.render("everything")).at("/spec/ingress");
    assertThat(ingress)
        .isEqualTo(
            Project.yaml(
                """
                - ports: [{port: ssh}, {port: 2201}]
                  from: [{ipBlock: {cidr: 0.0.0.0/0, except: [192.0.2.0/24]}}]
                - ports: [{port: admin}]
                  from: [{podSelector: {}}]
                - ports: [{port: management}]
                  from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: monitoring}}}]
                """));
  }

  @Test
  void everybodyMayConnectToSshUnlessTheValuesSayWho() {
    JsonNode ssh = policy(Chart.WHOLE.render("minimal")).at("/spec/ingress/0");
    assertThat(ssh).isEqualTo(Project.yaml("{ports: [{port: ssh}]}"));
  }

  @Test
  void gatewaysReachNamesDatabaseBucketsAndCollector() {
    assertThat(ports(policy(Chart.WHOLE.render("minimal"))))
        .containsExactly("53", "53", "5432", "443");
    assertThat(ports(policy(Chart.WHOLE.render("everything"))))
        .containsExactly("53", "53", "6432", "443", "4317", "4318", "80");
    assertThat(policy(Chart.WHOLE.render("everything")).at("/spec/egress/1"))
        .isEqualTo(Project.yaml("{ports: [{port: 6432}], to: [{ipBlock: {cidr: 'fd00::5/128'}}]}"));
  }

  @Test
  void jobsReachWhatTheyNeedAndNobodyReachesThem() {
    Rendered rendered = Chart.WHOLE.render("everything");
    Manifest migrate = rendered.one("NetworkPolicy", "-migrate");
    Manifest keys = rendered.one("NetworkPolicy", "-make-keys");
    assertThat(ports(migrate)).containsExactly("53", "53", "6432");
    assertThat(ports(keys)).containsExactly("53", "53", "443", "6443");
    for (Manifest policy : List.of(migrate, keys)) {
      assertThat(policy.at("/spec/policyTypes")).isEqualTo(Project.yaml("[Ingress, Egress]"));
      assertThat(policy.at("/spec").has("ingress")).isFalse();
    }
  }

  @Test
  void noneIsMadeIfNoneIsWanted() {
    assertThat(
            Chart.WHOLE
                .render(Chart.RELEASE, Chart.minimalAnd("networkPolicy: {enabled: false}"))
                .has("NetworkPolicy"))
        .isFalse();
  }

  @Test
  void theUrlIsMadeOfHostPortNameAndParameters() {
    assertThat(url("buckets"))
        .isEqualTo("jdbc:postgresql://db.internal:5432/quaymaster?sslmode=verify-full");
    assertThat(url("everything")).isEqualTo("jdbc:postgresql://[fd00::5]:6432/quaymaster");
    assertThat(
            Chart.WHOLE
                .render("minimal")
                .gateways()
                .variable("SPRING_DATASOURCE_URL")
                .at("/valueFrom/secretKeyRef"))
        .isEqualTo(Project.yaml("{name: quaymaster-database, key: url}"));
  }

  @Test
  void bucketsAreOpenedByAnAccessKeyOrByWhoThePodIs() {
    Manifest byKey = Chart.WHOLE.render("everything").gateways();
    assertThat(byKey.variable("AWS_ACCESS_KEY_ID").at("/valueFrom/secretKeyRef"))
        .isEqualTo(Project.yaml("{name: quaymaster-s3, key: id}"));
    assertThat(byKey.variable("AWS_SECRET_ACCESS_KEY").at("/valueFrom/secretKeyRef"))
        .isEqualTo(Project.yaml("{name: quaymaster-s3, key: secret}"));

    Rendered byIdentity = Chart.WHOLE.render("buckets");
    assertThat(byIdentity.gateways().variable("AWS_ACCESS_KEY_ID").isMissingNode()).isTrue();
    Manifest account = byIdentity.one("ServiceAccount");
    assertThat(account.annotations())
        .containsEntry("eks.amazonaws.com/role-arn", "arn:aws:iam::123456789012:role/quaymaster");
    assertThat(byIdentity.gateways().podSpec().path("serviceAccountName").asText())
        .isEqualTo(account.name());
  }

  private static String url(String set) {
    return Chart.WHOLE
        .render(set)
        .gateways()
        .variable("SPRING_DATASOURCE_URL")
        .path("value")
        .asText();
  }

  private static Manifest policy(Rendered rendered) {
    return rendered.one("NetworkPolicy");
  }

  private static List<String> ports(Manifest policy) {
    return Manifest.stream(policy.at("/spec/egress"))
        .flatMap(rule -> Manifest.stream(rule.path("ports")))
        .map(p -> p.path("port").asText())
        .toList();
  }

  private static String variables(Manifest gateways) {
    return Manifest.stream(gateways.container().path("env"))
        .map(e -> e.path("name").asText() + "=" + e.path("value").asText())
        .collect(Collectors.joining("\n"));
  }
}
