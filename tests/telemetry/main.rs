//! Telemetry that leaves this machine, against real sockets, real disks and real servers: what fails, hangs and refuses,
//! programs that are killed, and Prometheus and VictoriaMetrics where they are installed.

mod answers;
mod database_fakes;
mod database_redis;
mod database_support;
mod databases;
mod health_checks;
mod installed;
mod killed;
mod otlp;
mod otlp_doors;
mod otlp_grpc;
mod otlp_http;
mod scrape;
mod scrape_exporters;
mod scrape_support;
mod server;
mod sources;
mod support;
mod whole;
