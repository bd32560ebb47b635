//! The client that the bot really uses understands every answer and every update.

use teloxide::prelude::*;
use teloxide::types::{
    AllowedUpdate, BotCommand, BotCommandScope, CallbackQueryId, ChatId, ChatMemberStatus,
    InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, MessageId, ParseMode,
    Recipient, ReplyParameters, UpdateKind,
};
use teloxide::{ApiError, RequestError};
use waiaas_sandbox::{Fault, GroupSpec, PersonSpec};

use crate::bench::{ANNA, Bench};

fn bot(bench: &Bench) -> Bot {
    Bot::new(bench.sandbox.bot_token()).set_api_url(bench.sandbox.url().parse().unwrap())
}

fn keyboard() -> InlineKeyboardMarkup {
    InlineKeyboardMarkup::new([[
        InlineKeyboardButton::callback("Yes", "y"),
        InlineKeyboardButton::url("Docs", "https://example.org".parse().unwrap()),
    ]])
}

#[tokio::test]
async fn messages_go_back_and_forth() {
    let bench = Bench::new().await;
    let anna = bench.anna().await;
    let bot = bot(&bench);
    assert_eq!(bot.get_me().await.unwrap().username(), "waiaas_sandbox_bot");
    let sent = bot
        .send_message(ChatId(ANNA), "<b>Sure?</b> <code>x</code> /help")
        .parse_mode(ParseMode::Html)
        .disable_notification(true)
        .reply_parameters(ReplyParameters::new(MessageId(1)).allow_sending_without_reply())
        .link_preview_options(LinkPreviewOptions {
            is_disabled: true,
            url: None,
            prefer_small_media: false,
            prefer_large_media: false,
            show_above_text: false,
        })
        .reply_markup(keyboard())
        .await
        .unwrap();
    assert_eq!(sent.text(), Some("Sure? x /help"));
    assert_eq!(sent.entities().unwrap().len(), 3);
    assert_eq!(sent.reply_markup(), Some(&keyboard()));
    assert_eq!(sent.reply_to_message().unwrap().id, MessageId(1));

    let query = anna.tap(i64::from(sent.id.0), "Yes").unwrap();
    let answered = bot
        .answer_callback_query(CallbackQueryId(query))
        .text("Done")
        .await
        .unwrap();
    assert_eq!(answered, teloxide::types::True);
    let edited = bot
        .edit_message_text(ChatId(ANNA), sent.id, "Done")
        .await
        .unwrap();
    assert!(edited.edit_date().is_some() && edited.reply_markup().is_none());
    let again = bot.edit_message_text(ChatId(ANNA), sent.id, "Done").await;
    assert!(matches!(
        again,
        Err(RequestError::Api(ApiError::MessageNotModified))
    ));
    let bare = bot
        .edit_message_reply_markup(ChatId(ANNA), sent.id)
        .reply_markup(keyboard());
    assert!(bare.await.unwrap().reply_markup().is_some());
    bot.delete_message(ChatId(ANNA), sent.id).await.unwrap();
    bot.get_chat(ChatId(ANNA)).await.unwrap();
}

#[tokio::test]
async fn every_kind_of_update_is_understood() {
    let bench = Bench::new().await;
    let anna = bench.anna().await;
    let bot = bot(&bench);
    let sent = bot
        .send_message(ChatId(ANNA), "x")
        .reply_markup(keyboard())
        .await
        .unwrap();
    bench.sandbox.group(GroupSpec {
        id: -5,
        title: "Team".to_owned(),
        is_forum: false,
    });
    let forum = -1_001_234_567_890;
    bench.sandbox.group(GroupSpec {
        id: forum,
        title: "Forum".to_owned(),
        is_forum: true,
    });
    let mallory = bench.sandbox.person(PersonSpec::new(666, "Mallory"));
    anna.reply_text(i64::from(sent.id.0), "/newsession trader")
        .unwrap();
    anna.tap(i64::from(sent.id.0), "Yes").unwrap();
    mallory.forge_tap(ANNA, 9_999, "made up").unwrap();
    anna.send_in_group(-5, None, "/status").unwrap();
    anna.send_in_group(forum, Some(7), "/status").unwrap();
    anna.block_bot();
    let updates = bot.get_updates().timeout(1).await.unwrap();
    let kinds: Vec<_> = updates
        .iter()
        .map(|update| match &update.kind {
            UpdateKind::Message(message) => format!("message in {}", message.chat.id),
            UpdateKind::CallbackQuery(query) => {
                format!("query, accessible: {}", query.regular_message().is_some())
            }
            UpdateKind::MyChatMember(change) => {
                assert_eq!(
                    change.new_chat_member.kind.status(),
                    ChatMemberStatus::Banned
                );
                "blocked".to_owned()
            }
            other => format!("{other:?}"),
        })
        .collect();
    let expected = [
        "message in 42".to_owned(),
        "query, accessible: true".to_owned(),
        "query, accessible: false".to_owned(),
        "message in -5".to_owned(),
        format!("message in {forum}"),
        "blocked".to_owned(),
    ];
    assert_eq!(kinds, expected);
}

#[tokio::test]
async fn refusals_arrive_as_the_errors_they_are() {
    let bench = Bench::new().await;
    let anna = bench.anna().await;
    let bot = bot(&bench);
    let send = || bot.send_message(ChatId(ANNA), "x");
    let faults = bench.sandbox.faults();
    faults.next(
        "sendMessage",
        1,
        Fault::TooManyRequests { retry_after_s: 7 },
    );
    let Err(RequestError::RetryAfter(wait)) = send().await else {
        panic!("not told to wait")
    };
    assert_eq!(wait.seconds(), 7);
    faults.next("sendMessage", 1, Fault::LoseReply);
    assert!(matches!(send().await, Err(RequestError::Network(_))));
    anna.block_bot();
    assert!(matches!(
        send().await,
        Err(RequestError::Api(ApiError::BotBlocked))
    ));
    let stranger = bot.send_message(ChatId(1), "x").await;
    assert!(matches!(
        stranger,
        Err(RequestError::Api(ApiError::ChatNotFound))
    ));
    faults.rival_poller(1);
    let rival = bot.get_updates().await;
    assert!(matches!(
        rival,
        Err(RequestError::Api(ApiError::TerminatedByOtherGetUpdates))
    ));
}

#[tokio::test]
async fn menus_and_webhooks_are_set_as_teloxide_sends_them() {
    let bench = Bench::new().await;
    bench.anna().await;
    let bot = bot(&bench);
    let menu = [BotCommand::new("help", "도움")];
    let scope = BotCommandScope::Chat {
        chat_id: Recipient::Id(ChatId(ANNA)),
    };
    bot.set_my_commands(menu.clone())
        .scope(scope.clone())
        .language_code("ko")
        .await
        .unwrap();
    let read = bot
        .get_my_commands()
        .scope(scope.clone())
        .language_code("ko")
        .await
        .unwrap();
    assert_eq!(read, menu);
    bot.delete_my_commands()
        .scope(scope)
        .language_code("ko")
        .await
        .unwrap();

    bot.set_webhook("http://127.0.0.1:9/".parse().unwrap())
        .secret_token("s3cret")
        .allowed_updates([AllowedUpdate::Message, AllowedUpdate::CallbackQuery])
        .await
        .unwrap();
    let info = bot.get_webhook_info().await.unwrap();
    assert_eq!(info.url.unwrap().port(), Some(9));
    assert_eq!(info.allowed_updates.unwrap().len(), 2);
    // teloxide knows this refusal only by an older, shorter wording.
    let polled = bot.get_updates().await.unwrap_err().to_string();
    assert!(polled.contains("can't use getUpdates method while webhook is active"));
    bot.delete_webhook().await.unwrap();
    assert!(bot.get_webhook_info().await.unwrap().url.is_none());
}
