#include "colocation/plan/known_servers.h"

#include <algorithm>
#include <array>

#include "absl/strings/match.h"

namespace colocation {
namespace {

struct Server {
  // The last part of the image's name.
  absl::string_view image;
  // Zeros fill it up.
  std::array<int32_t, 2> ports;
};

// By name. What the images themselves say (EXPOSE) as far as clients use it.
constexpr Server kServers[] = {
    {"cassandra", {9042}},
    {"clickhouse-server", {8123, 9000}},
    {"consul", {8300, 8500}},
    {"couchdb", {5984}},
    {"dynamodb-local", {8000}},
    {"elasticsearch", {9200, 9300}},
    {"etcd", {2379, 2380}},
    {"httpd", {80}},
    {"influxdb", {8086}},
    {"kafka", {9092}},
    {"keydb", {6379}},
    {"localstack", {4566}},
    {"mailhog", {1025, 8025}},
    {"mailpit", {1025, 8025}},
    {"mariadb", {3306}},
    {"memcached", {11211}},
    {"minio", {9000}},
    {"mongo", {27017}},
    {"mongodb", {27017}},
    {"mysql", {3306}},
    {"nats", {4222}},
    {"neo4j", {7474, 7687}},
    {"nginx", {80}},
    {"opensearch", {9200}},
    {"percona", {3306}},
    {"postgis", {5432}},
    {"postgres", {5432}},
    {"postgresql", {5432}},
    {"rabbitmq", {5672}},
    {"redis", {6379}},
    {"registry", {5000}},
    {"standalone-chrome", {4444}},
    {"standalone-chromium", {4444}},
    {"standalone-edge", {4444}},
    {"standalone-firefox", {4444}},
    {"valkey", {6379}},
    {"vault", {8200}},
    {"wiremock", {8080}},
    {"zookeeper", {2181}},
};

// Docker in Docker: in the clear, and with TLS.
constexpr int32_t kDockerPorts[] = {2375, 2376};

}  // namespace

absl::Span<const int32_t> DefaultPortsOf(absl::string_view image) {
  image = image.substr(0, image.find('@'));
  const size_t slash = image.rfind('/');
  absl::string_view name =
      slash == absl::string_view::npos ? image : image.substr(slash + 1);
  absl::string_view tag;
  if (const size_t colon = name.find(':'); colon != absl::string_view::npos) {
    tag = name.substr(colon + 1);
    name = name.substr(0, colon);
  }
  if (name == "docker" && absl::StrContains(tag, "dind")) return kDockerPorts;
  const auto found = std::lower_bound(
      std::begin(kServers), std::end(kServers), name,
      [](const Server& a, absl::string_view b) { return a.image < b; });
  if (found == std::end(kServers) || found->image != name) return {};
  const size_t count = found->ports[1] == 0 ? 1 : 2;
  return absl::MakeConstSpan(found->ports).first(count);
}

}  // namespace colocation
