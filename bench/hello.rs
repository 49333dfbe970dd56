//! What the web framework can do at most: one route, a few bytes, nothing around it.

use std::io::Write;

use actix_web::{App, HttpServer, web};

/// Serves until the process is killed.
pub fn serve(workers: usize) -> anyhow::Result<()> {
    actix_web::rt::System::new().block_on(async {
        let server = HttpServer::new(|| App::new().route("/", web::get().to(|| async { "Hello, world!" })))
            .workers(workers)
            .bind(("127.0.0.1", 0))?;
        let address = server.addrs().first().copied();
        let address = address.ok_or_else(|| anyhow::anyhow!("the hello-world listens nowhere"))?;
        writeln!(std::io::stdout(), "ready url=http://{address} data=none")?;
        server.run().await?;
        Ok(())
    })
}
