//! One request and its answer: whether it came from our server, what it says, and what failed.

use domain::protocol::{
    DICTIONARY_HEADER, DICTIONARY_NUMBER, ErrorBody, ErrorCode, PROTO, PROTO_HEADER, REQUEST_ID_HEADER, WireError,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::packing;
use crate::device::Device;
use crate::failure::Failure;
use crate::ports::{Method, Request, Response, TransportFault};

/// The largest answer after decompression, in bytes.
const MAX_ANSWER: u64 = 16 * 1024 * 1024;

/// Why a request did not bring what it should.
#[derive(Debug)]
pub(crate) enum Fault {
    /// No answer.
    Transport(TransportFault),
    /// An answer, but not from our server.
    Foreign,
    /// Our server's refusal.
    Refused {
        error: WireError,
        retry_after_ms: Option<i64>,
    },
    /// This phone failed.
    Own(Failure),
}

impl Fault {
    /// The code shown to the worker.
    pub(crate) fn code(&self) -> ErrorCode {
        match self {
            Self::Transport(TransportFault::Unreachable | TransportFault::Stalled) => ErrorCode::Unreachable,
            // No answer of ours is that large.
            Self::Transport(TransportFault::TooLarge) | Self::Foreign => ErrorCode::NotOurServer,
            Self::Refused { error, .. } => error.code,
            Self::Own(failure) => failure.code(),
        }
    }

    /// The least wait the server asks for, in milliseconds.
    pub(crate) fn retry_after_ms(&self) -> Option<i64> {
        match self {
            Self::Refused { retry_after_ms, .. } => *retry_after_ms,
            Self::Transport(_) | Self::Foreign | Self::Own(_) => None,
        }
    }
}

impl From<Failure> for Fault {
    fn from(failure: Failure) -> Self {
        Self::Own(failure)
    }
}

impl From<Fault> for WireError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Refused { error, .. } => error,
            Fault::Own(failure) => failure.into(),
            Fault::Transport(_) | Fault::Foreign => Self::from(fault.code()),
        }
    }
}

/// A request to build.
pub(crate) struct Call<'a> {
    pub(crate) server: &'a str,
    pub(crate) token: Option<&'a str>,
    pub(crate) method: Method,
    pub(crate) path: &'a str,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

impl Device {
    /// Sends JSON and reads JSON.
    pub(crate) async fn call_json<Q: Serialize + Sync, A: DeserializeOwned>(
        &self,
        server: &str,
        token: Option<&str>,
        path: &str,
        question: &Q,
    ) -> Result<A, Fault> {
        let json = serde_json::to_vec(question).map_err(Failure::from)?;
        let mut headers = vec![("content-type", "application/json".to_owned())];
        let dictionary = self.engine.memory().dictionary;
        let body = match packing::pack(&json, dictionary).map_err(Failure::from)? {
            Some(packed) => {
                headers.push(("content-encoding", "zstd".to_owned()));
                packed
            }
            None => json,
        };
        let response = self
            .call(Call {
                server,
                token,
                method: Method::Post,
                path,
                headers,
                body,
            })
            .await?;
        parse(&response)
    }

    /// Sends a request and checks that our server answered, with success.
    pub(crate) async fn call(&self, call: Call<'_>) -> Result<Response, Fault> {
        let (request, id) = self.build(call);
        self.began();
        let sent = self.ports.transport.send(request).await;
        if let Ok(response) = &sent {
            self.note_dictionary(response);
        }
        let checked = sent.map_err(Fault::Transport).and_then(|response| check(response, &id));
        self.ended(&checked);
        checked
    }

    /// The request, and the id that must come back.
    pub(crate) fn build(&self, call: Call<'_>) -> (Request, String) {
        let mut id = self.ports.ids.random_uuid().simple().to_string();
        id.truncate(REQUEST_ID_LETTERS);
        let mut headers = call.headers;
        headers.push((PROTO_HEADER, PROTO.to_string()));
        headers.push((REQUEST_ID_HEADER, id.clone()));
        headers.push(("accept-encoding", "zstd".to_owned()));
        headers.push((DICTIONARY_HEADER, DICTIONARY_NUMBER.to_string()));
        if let Some(token) = call.token {
            headers.push(("authorization", format!("Bearer {token}")));
        }
        let url = format!("{}{}", call.server, call.path);
        (
            Request {
                method: call.method,
                url,
                headers,
                body: call.body,
            },
            id,
        )
    }

    fn began(&self) {
        let mut memory = self.engine.memory();
        memory.running += 1;
        memory.last_request_at = Some(self.ports.clock.mono_ms());
    }

    /// A server that reads our dictionary says so in each answer; one that does not, or no longer, says nothing.
    fn note_dictionary(&self, response: &Response) {
        if response.header(PROTO_HEADER).is_some() {
            let said = response.header(DICTIONARY_HEADER).and_then(|text| text.parse().ok());
            self.engine.memory().dictionary = said == Some(DICTIONARY_NUMBER);
        }
    }

    /// A refusal proves that the server is there just as well as a success.
    fn ended(&self, checked: &Result<Response, Fault>) {
        let mut memory = self.engine.memory();
        memory.running -= 1;
        memory.reachable = matches!(checked, Ok(_) | Err(Fault::Refused { .. }));
        if let Err(fault) = checked {
            memory.last_error = Some(fault.code());
            // It may have heard what was said or not.
            memory.told = None;
        }
    }
}

/// Letters of a request's id. It travels twice with every request, and only has to differ from those that may still be answered.
const REQUEST_ID_LETTERS: usize = 8;

/// A captive portal answers everything with 200; only our server echoes our headers.
pub(crate) fn check(response: Response, id: &str) -> Result<Response, Fault> {
    let proto = response.header(PROTO_HEADER).and_then(|text| text.parse::<u16>().ok());
    if proto.is_none() || response.header(REQUEST_ID_HEADER) != Some(id) {
        return Err(Fault::Foreign);
    }
    let response = decompress(response)?;
    if (200..300).contains(&response.status) || response.status == 304 {
        return Ok(response);
    }
    let seconds = response
        .header("retry-after")
        .and_then(|text| text.trim().parse::<i64>().ok());
    let retry_after_ms = seconds.map(|seconds| seconds.clamp(0, 3_600) * 1_000);
    let error = serde_json::from_slice::<ErrorBody>(&response.body).map(|body| body.error);
    // Our server, but a code of a newer version, or no body at all.
    let error = error.unwrap_or_else(|_unknown| WireError::from(code_of_status(response.status)));
    Err(Fault::Refused { error, retry_after_ms })
}

fn code_of_status(status: u16) -> ErrorCode {
    match status {
        401 => ErrorCode::Unauthenticated,
        413 => ErrorCode::TooLarge,
        429 => ErrorCode::TooManyTries,
        503 => ErrorCode::Busy,
        400..=499 => ErrorCode::BadRequest,
        _ => ErrorCode::Internal,
    }
}

fn decompress(mut response: Response) -> Result<Response, Fault> {
    match response.header("content-encoding") {
        None | Some("identity") => Ok(response),
        Some("zstd") => {
            let whole = packing::unpack(&response.body, MAX_ANSWER).map_err(|_broken| Fault::Foreign)?;
            if whole.len() as u64 > MAX_ANSWER {
                return Err(Fault::Transport(TransportFault::TooLarge));
            }
            response.body = whole;
            Ok(response)
        }
        Some(_) => Err(Fault::Foreign),
    }
}

/// Reads an answer's JSON. Our headers on something that is not our JSON are a proxy's doing.
pub(crate) fn parse<A: DeserializeOwned>(response: &Response) -> Result<A, Fault> {
    serde_json::from_slice(&response.body).map_err(|_broken| Fault::Foreign)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Response {
        let headers = headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        Response {
            status,
            headers,
            body: body.to_vec(),
        }
    }

    const OURS: [(&str, &str); 2] = [(PROTO_HEADER, "1"), (REQUEST_ID_HEADER, "id")];

    #[test]
    fn a_portals_page_is_not_our_server() {
        let page = answer(200, &[("content-type", "text/html")], b"<html>log in</html>");
        assert_eq!(check(page, "id").unwrap_err().code(), ErrorCode::NotOurServer);
    }

    #[test]
    fn an_answer_to_another_request_is_not_ours() {
        assert_eq!(
            check(answer(200, &OURS, b"{}"), "other").unwrap_err().code(),
            ErrorCode::NotOurServer
        );
    }

    #[test]
    fn our_headers_on_something_else_than_json_are_not_ours() {
        let response = check(answer(200, &OURS, b"<html>"), "id").unwrap();
        assert_eq!(
            parse::<serde_json::Value>(&response).unwrap_err().code(),
            ErrorCode::NotOurServer
        );
    }

    #[test]
    fn a_refusal_keeps_its_code_and_its_wait() {
        let headers = [OURS[0], OURS[1], ("retry-after", "7")];
        let fault = check(answer(503, &headers, br#"{"error":{"code":"busy"}}"#), "id").unwrap_err();
        assert_eq!((fault.code(), fault.retry_after_ms()), (ErrorCode::Busy, Some(7_000)));
    }

    #[test]
    fn an_unknown_code_falls_back_to_its_status() {
        let fault = check(answer(422, &OURS, br#"{"error":{"code":"of_the_future"}}"#), "id").unwrap_err();
        assert_eq!(fault.code(), ErrorCode::BadRequest);
    }

    #[test]
    fn a_compressed_answer_is_read_and_a_bomb_is_refused() {
        let headers = [OURS[0], OURS[1], ("content-encoding", "zstd")];
        let small = zstd::bulk::compress(b"{\"a\":1}", 3).unwrap();
        assert_eq!(check(answer(200, &headers, &small), "id").unwrap().body, b"{\"a\":1}");
        let bomb = zstd::bulk::compress(&vec![b' '; 17 << 20], 3).unwrap();
        let fault = check(answer(200, &headers, &bomb), "id").unwrap_err();
        assert!(matches!(fault, Fault::Transport(TransportFault::TooLarge)));
    }
}
