//! The MCP server: what a client is told of us, and how its requests reach tools and
//! resources. Speaking the protocol is the SDK's; what an answer says is the tools'. Nothing
//! here waits for the daemon before `initialize` is answered.

mod guard;
mod news;

use rmcp::handler::server::ServerHandler;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, ErrorData, Implementation, ListResourcesResult,
    ListToolsResult, PaginatedRequestParams, ReadResourceRequestParams, ReadResourceResponse,
    ServerCapabilities, ServerConfig,
};
use rmcp::service::{
    QuitReason, RequestContext, RoleServer, ServerInitializeError, serve_server_with_ct,
};
use rmcp::transport::async_rw::AsyncRwTransport;
use serde_json::json;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::sync::CancellationToken;

use self::guard::{Ended, guarded};
use self::news::News;
use crate::api_client::ApiClient;
use crate::{resources, tools};

/// The name by which clients know the server.
pub const SERVER_NAME: &str = "waiaas";
/// The longest message that is read from a client; longer ones are dropped.
const MESSAGE_BYTES_MAX: usize = 1024 * 1024;
/// What a model is told of the server: five sentences.
const INSTRUCTIONS: &str = "\
    With these tools you may read one wallet session that its owner has granted you: its time and \
    limits (session_status) and its wallets with their public addresses (list_wallets, \
    get_wallet, get_address). \
    A result with the status session_expired, daemon_unavailable or kill_switch_active is not an \
    error but a reason to wait: tell the user its message and hint, and call the same tool again \
    later, without restarting anything. \
    When the session has ended, tell the user that the owner can issue a new one by sending \
    /newsession to the waiaas bot in Telegram, and go on with it as soon as a call succeeds \
    again. \
    Stay within the limits of the session, and never try to work around a limit, an ended \
    session or the kill switch. \
    Never ask for a session token, and never read, accept or show one: the server holds it for \
    you, and no tool needs it.";

/// Why serving ended in another way than by the client's wish.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The client did not begin with `initialize` or a request of a later protocol version.
    #[error("the client did not begin a session of the Model Context Protocol")]
    Handshake(#[source] Box<ServerInitializeError>),
    /// The loop that reads and answers broke.
    #[error("the loop that answers the client broke")]
    Loop(#[source] tokio::task::JoinError),
}

/// Serves one client until its stream ends or `stop` is cancelled. After the end of the
/// stream, calls that are under way have five seconds to answer; after `stop` they end at
/// once.
///
/// # Errors
/// [`ServeError`]; a client that leaves before it has said anything is none.
pub async fn serve<R, W>(
    client: ApiClient,
    reader: R,
    writer: W,
    stop: &CancellationToken,
) -> Result<(), ServeError>
where
    R: AsyncRead + Send + Unpin + 'static,
    W: AsyncWrite + Send + Unpin + 'static,
{
    let transport =
        AsyncRwTransport::new_server(reader, writer).with_max_line_length(MESSAGE_BYTES_MAX);
    // A child, because the SDK cancels what it is given when it ends.
    let serving = serve_server_with_ct(Server::new(client), transport, stop.child_token()).await;
    let running = match serving {
        Ok(running) => running,
        Err(ServerInitializeError::ConnectionClosed(_) | ServerInitializeError::Cancelled) => {
            return Ok(());
        }
        Err(other) => return Err(ServeError::Handshake(Box::new(other))),
    };
    match running.waiting().await {
        Ok(QuitReason::JoinError(cause)) | Err(cause) => Err(ServeError::Loop(cause)),
        Ok(_) => Ok(()),
    }
}

/// What answers one client.
struct Server {
    client: ApiClient,
    news: News,
}

impl Server {
    fn new(client: ApiClient) -> Self {
        Self {
            client,
            news: News::default(),
        }
    }

    /// Does what a request asks for and then tells what has become of the session meanwhile.
    async fn work<T>(
        &self,
        context: &RequestContext<RoleServer>,
        asked: impl Future<Output = T>,
    ) -> Ended<T> {
        let work = async {
            let answer = asked.await;
            self.news.tell(self.client.keeper(), context).await;
            answer
        };
        guarded(&context.ct, work).await
    }
}

impl ServerHandler for Server {
    #[expect(
        deprecated,
        reason = "today's clients still ask for logging in this way"
    )]
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder()
            .enable_tools()
            .enable_resources()
            .enable_logging()
            .build();
        let implementation = Implementation::new(SERVER_NAME, env!("CARGO_PKG_VERSION"))
            .with_title("waiaas wallet session")
            .with_description("Reads the wallet session that an owner has granted to this agent");
        ServerConfig::new(capabilities)
            .with_server_info(implementation)
            .with_instructions(INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        only_page(request)?;
        Ok(ListToolsResult::with_all_items(tools::list()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let call = tools::call(&self.client, &request.name, request.arguments);
        match self.work(&context, call).await {
            Ended::Answered(Some(result)) => Ok(result.into()),
            Ended::Answered(None) => Err(unknown_tool(&request.name)),
            Ended::Cancelled => Err(cancelled()),
            Ended::Panicked => Ok(tools::internal_failure().into()),
        }
    }

    async fn list_resources(
        &self,
        request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        only_page(request)?;
        Ok(ListResourcesResult::with_all_items(resources::list()))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let read = resources::read(&self.client, &request.uri);
        match self.work(&context, read).await {
            Ended::Answered(result) => result.map(Into::into),
            Ended::Cancelled => Err(cancelled()),
            Ended::Panicked => Err(ErrorData::internal_error(
                "The waiaas MCP server made a mistake with this request; it goes on serving.",
                None,
            )),
        }
    }

    #[expect(
        deprecated,
        reason = "today's clients still ask for logging in this way"
    )]
    async fn set_level(
        &self,
        request: rmcp::model::SetLevelRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        self.news.set_level(request.level);
        Ok(())
    }
}

/// Everything fits one page, so that no cursor of ours exists.
fn only_page(request: Option<PaginatedRequestParams>) -> Result<(), ErrorData> {
    match request.and_then(|request| request.cursor) {
        Some(_) => Err(ErrorData::invalid_params("There is no such page.", None)),
        None => Ok(()),
    }
}

fn unknown_tool(name: &str) -> ErrorData {
    let known: Vec<_> = tools::list().into_iter().map(|tool| tool.name).collect();
    ErrorData::invalid_params(
        format!("There is no tool \"{name}\"."),
        Some(json!({ "known": known })),
    )
}

/// Reaches the client only when the server stops: the answer to a request that the client
/// itself has cancelled is dropped.
fn cancelled() -> ErrorData {
    ErrorData::internal_error("The request was cancelled.", None)
}
