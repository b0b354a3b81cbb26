//! The least possible Modbus server: accept, read, answer constant bytes with one write for all
//! requests read. The denominator of `modbus/loopback`.

use std::io;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Bytes of a request to read registers, the only one it knows: header, function, address, count.
pub const REQUEST: usize = 12;
/// Bytes taken from a client at once, as in the server that is compared with it.
const INPUT: usize = 2048;

/// Serves for ever, every request with the same bytes.
pub async fn serve(listener: TcpListener, answer: &[u8]) -> io::Result<()> {
    let answers: Arc<[u8]> = answer.repeat(INPUT / REQUEST).into();
    let length = answer.len();
    loop {
        let (stream, _from) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(serve_one(stream, Arc::clone(&answers), length));
    }
}

async fn serve_one(mut stream: TcpStream, answers: Arc<[u8]>, length: usize) -> io::Result<()> {
    let mut input = [0; INPUT];
    let mut filled = 0;
    loop {
        let bytes = stream.read(&mut input[filled..]).await?;
        if bytes == 0 {
            return Ok(());
        }
        let requests = (filled + bytes) / REQUEST;
        // What a request is does not matter; where the next one begins does.
        filled = (filled + bytes) % REQUEST;
        stream.write_all(&answers[..requests * length]).await?;
    }
}
