//! Old names and today's.

use super::*;

fn text(metric: &str, attributes: &[(&str, &str)]) -> String {
    let known = known(metric);
    let attributes: Vec<Attribute<'_>> = attributes.iter().map(|(n, v)| (*n, (*v).into())).collect();
    let set = canonical(known.role, &attributes, known.adds);
    let set: Vec<String> = set.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("{}{{{}}}", known.name, set.join(","))
}

#[test]
fn old_names_are_todays() {
    for (metric, attributes, expect) in [
        (
            "http.server.duration",
            &[
                ("http.method", "GET"),
                ("http.status_code", "200"),
                ("http.route", "/cart"),
                ("http.scheme", "http"),
                ("net.host.port", "8080"),
                ("http.target", "/cart?id=7"),
            ][..],
            "http.server.request.duration{http.request.method=GET,http.response.status_code=200,http.route=/cart}",
        ),
        (
            "http.server.request.duration",
            &[("http.response.status_code", "503"), ("http.route", "/a")],
            "http.server.request.duration{error.type=503,http.response.status_code=503,http.route=/a}",
        ),
        (
            "http.server.request.duration",
            &[("http.response.status_code", "500"), ("error.type", "ValueError")],
            "http.server.request.duration{error.type=ValueError,http.response.status_code=500}",
        ),
        (
            "http.client.duration",
            &[("net.peer.name", "users"), ("net.peer.port", "443"), ("http.method", "GET")],
            "http.client.request.duration{http.request.method=GET,server.address=users}",
        ),
        (
            "db.client.connections.usage",
            &[("state", "used"), ("pool.name", "main")],
            "db.client.connection.count{db.client.connection.pool.name=main,db.client.connection.state=used}",
        ),
        (
            "hikaricp_connections_active",
            &[("pool", "main")],
            "db.client.connection.count{db.client.connection.pool.name=main,db.client.connection.state=used}",
        ),
        ("redis_keyspace_hits_total", &[("db", "0")], "cache.requests{cache.result=hit,db=0}"),
        ("http_request_duration_seconds", &[("handler", "/x"), ("code", "502"), ("method", "get")], {
            "http.server.request.duration{error.type=502,http.request.method=get,http.response.status_code=502,http.route=/x}"
        }),
        (
            "rpc.server.duration",
            &[("rpc.method", "Get"), ("rpc.grpc.status_code", "14")],
            "rpc.server.call.duration{error.type=14,rpc.grpc.status_code=14,rpc.method=Get}",
        ),
        ("rpc.server.duration", &[("rpc.grpc.status_code", "5")], "rpc.server.call.duration{rpc.grpc.status_code=5}"),
        ("my.own", &[("b", "2"), ("a", "1"), ("user.id", "9"), ("thread.id", "3")], "my.own{a=1,b=2}"),
    ] {
        assert_eq!(text(metric, attributes), expect);
    }
}

#[test]
fn names_of_the_suggestions_are_known() {
    use crate::telemetry::metrics::names::Role::*;
    for (metric, role) in [
        ("http.server.request.duration", Served),
        ("db.client.connection.count", PoolCount),
        ("db.client.connection.max", PoolMax),
        ("db.client.connection.pending_requests", PoolPending),
        ("db.client.connection.wait_time", PoolWait),
        ("db.client.operation.duration", Database),
        ("cache.requests", CacheRequests),
        ("cache.evictions", CacheEvictions),
        ("ml.batch.size", BatchSize),
        ("ml.batch.duration", BatchDuration),
        ("ml.batch.wait_time", BatchWait),
    ] {
        assert_eq!((known(metric).role, known(metric).name), (role, metric));
    }
}

#[test]
fn long_texts_are_cut_and_many_attributes_bounded() {
    let long = "x".repeat(1000);
    let names: Vec<String> = (0..100).map(|i| format!("a{i}")).collect();
    let many: Vec<Attribute<'_>> = names.iter().map(|name| (name.as_str(), long.as_str().into())).collect();
    let set = canonical(Role::Other, &many, None);
    assert_eq!((set.len(), set[0].1.len()), (24, 256));
}
