//! Telemetry that leaves this machine, against real sockets, real disks and real servers: what fails, hangs and refuses,
//! programs that are killed, and Prometheus and VictoriaMetrics where they are installed.

mod answers;
mod installed;
mod killed;
mod server;
mod sources;
mod support;
mod whole;
