use std::error::Error;
use std::process::ExitCode;

use aws_sdk_sts::{config, Client, Endpoint};
use tokio::task::JoinSet;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("{e:?}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error + Send + Sync>> {
    let calls: usize = std::env::args().nth(1).unwrap_or_default().parse()?;
    let threads: usize = std::env::var("CONFORMANCE_THREADS").unwrap_or("1".into()).parse()?;
    // This SDK does not know AWS_ENDPOINT_URL.
    let endpoint = Endpoint::immutable(std::env::var("AWS_ENDPOINT_URL")?.parse()?);
    let shared = aws_config::load_from_env().await;
    let sts = Client::from_conf(config::Builder::from(&shared).endpoint_resolver(endpoint).build());

    let mut first = JoinSet::new();
    for _ in 0..threads {
        first.spawn(arn(sts.clone()));
    }
    while let Some(arn) = first.join_next().await {
        println!("{}", arn??);
    }
    for _ in 0..calls {
        println!("{}", arn(sts.clone()).await?);
    }
    Ok(())
}

async fn arn(sts: Client) -> Result<String, aws_sdk_sts::Error> {
    let identity = sts.get_caller_identity().send().await?;
    Ok(identity.arn().unwrap_or_default().to_owned())
}
