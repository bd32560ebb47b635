# 데몬의 응답: 오류 코드마다 메시지가 하나씩 있고, 해결할 방법이 있으면 힌트가 따릅니다.
# `<key>-hint`는 해결 방법이고, 비슷한 이름을 알 때는 `<key>-nearest`가 대신 쓰입니다.

error-auth-token-missing = 세션 토큰이 없습니다.
error-auth-token-missing-hint = "Authorization: Bearer wai_sess_…" 헤더를 보내세요.

error-auth-token-invalid = 세션 토큰이 올바르지 않습니다.
error-auth-token-invalid-hint = 갱신으로 교체되었거나 복사하다가 잘렸을 수 있습니다. 토큰 파일을 다시 읽거나 소유자에게 새 세션을 요청하세요.

error-auth-token-expired = 세션 토큰이 만료되었습니다.
error-auth-token-expired-hint = 만료되기 전에 갱신하거나 소유자에게 새 세션을 요청하세요.

error-session-revoked = 종료된 세션입니다.
error-session-revoked-hint = 소유자에게 새 세션을 요청하세요.

error-session-not-found = 해당 세션이 없습니다.
error-session-not-found-hint = `waiaas session list --state all` 명령으로 모든 세션을 볼 수 있습니다.

error-agent-not-found = 해당 에이전트가 없습니다.
error-agent-not-found-hint = `waiaas agent list` 명령으로 모든 에이전트를 볼 수 있습니다.
error-agent-not-found-nearest = 혹시 "{ $nearest }"인가요?

error-wallet-not-found = 여기에는 해당 지갑이 없습니다.
error-wallet-not-found-hint = `waiaas wallet list` 명령으로 모든 지갑을, `waiaas session show` 명령으로 세션에 연결된 지갑을 볼 수 있습니다.
error-wallet-not-found-nearest = 혹시 "{ $nearest }"인가요?

error-operator-not-found = 이 ID로 연결된 사람이 없습니다.
error-operator-not-found-hint = `waiaas pair list` 명령으로 연결된 사람을 모두 볼 수 있습니다.

error-channel-not-found = "{ $channel }" 채널이 없습니다.
error-channel-not-found-hint =
    { $count ->
        [0] 쓸 수 있는 채널은 telegram, discord, ntfy이며, 설정된 채널은 없습니다.
       *[other] 쓸 수 있는 채널은 telegram, discord, ntfy이며, 설정된 채널은 { $configured }입니다.
    }
error-channel-not-found-nearest =
    { $count ->
        [0] 혹시 "{ $nearest }"인가요? 설정된 채널은 없습니다.
       *[other] 혹시 "{ $nearest }"인가요? 설정된 채널: { $configured }
    }

error-channel-not-configured =
    { $channel ->
        [any] 설정된 알림 채널이 없습니다.
       *[other] { $channel } 채널이 설정되어 있지 않습니다.
    }
error-channel-not-configured-hint =
    { $count ->
        [0] 다음 중 하나를 설정한 뒤 데몬을 다시 시작하세요: { $settings }
       *[other] { $settings } 값을 설정한 뒤 데몬을 다시 시작하세요. 설정된 채널: { $configured }
    }

error-notification-not-found = 알림 기록에 해당 사건이 없습니다.
error-notification-not-found-hint = `waiaas notify log` 명령으로 기록을 볼 수 있습니다. 30일이 지난 알림은 지워집니다.

error-renewal-limit-reached =
    { $max ->
        [0] 갱신할 수 없도록 만들어진 세션입니다.
       *[other] 이 세션의 갱신 { $max }회를 모두 사용했습니다.
    }
error-renewal-limit-reached-hint = 토큰은 만료될 때까지 쓸 수 있습니다. 그 전에 소유자에게 새 세션을 요청하세요.

error-session-absolute-lifetime-exceeded = 갱신하면 이 세션의 최종 만료 시각({ $end })을 넘게 됩니다.
error-session-absolute-lifetime-exceeded-hint = 토큰은 만료될 때까지 쓸 수 있습니다. 그 전에 소유자에게 새 세션을 요청하세요.

error-session-renewal-mismatch = 토큰의 세션과 경로의 세션이 다릅니다.
error-session-renewal-mismatch-hint = GET /v1/session으로 토큰이 어느 세션의 것인지 알 수 있습니다.

error-renewal-too-early = 아직 갱신할 수 없습니다. { $seconds }초 뒤에 다시 시도하세요.
error-renewal-too-early-hint = 토큰 유효 시간의 절반이 지나야 갱신됩니다.

error-renewal-conflict = 다른 갱신이 이미 이 토큰을 교체했습니다.
error-renewal-conflict-hint = 토큰 파일을 다시 읽으세요. 응답을 받지 못한 갱신을 되풀이하려면 같은 Idempotency-Key를 보내세요.

error-session-limit-exceeded = 이 에이전트에는 활성 세션이 이미 { $limit }개 있어 더 만들 수 없습니다.
error-session-limit-exceeded-hint = `waiaas session revoke`로 하나를 종료하거나, 기존 세션을 교체하거나, security.max_sessions_per_agent 값을 높이세요.

error-constraint-violated = { $constraint } 제한 때문에 { $value } 값을 쓸 수 없습니다. 최댓값은 { $ceiling }입니다.
error-constraint-violated-hint = 더 작은 값을 고르거나, 데몬이 있는 컴퓨터에서 `waiaas agent defaults` 명령으로 제한을 높이세요.

error-wallet-access-denied = 이 세션은 그 지갑을 쓸 수 없습니다.
error-wallet-access-denied-hint = GET /v1/wallets로 이 세션의 지갑을 볼 수 있습니다. 소유자는 `waiaas session wallet add` 명령으로 지갑을 추가할 수 있습니다.

error-wallet-already-linked = 이미 연결된 지갑입니다.

error-cannot-remove-default-wallet = 다른 지갑이 연결되어 있는 동안에는 기본 지갑을 제거할 수 없습니다.
error-cannot-remove-default-wallet-hint = 먼저 `waiaas session wallet default` 또는 `waiaas agent wallet default` 명령으로 다른 지갑을 기본으로 정하세요.

error-session-requires-wallet = 세션에는 지갑이 하나 이상 필요합니다.
error-session-requires-wallet-hint = `waiaas wallet add NAME --chain CHAIN --network NETWORK --address ADDRESS` 명령으로 지갑을 추가한 다음, `waiaas agent wallet add AGENT WALLET` 명령으로 에이전트에 연결하세요.
error-session-requires-wallet-named = 에이전트 "{ $agent }"에 지갑이 없습니다. `waiaas wallet add NAME --chain CHAIN --network NETWORK --address ADDRESS` 명령으로 지갑을 추가한 다음, `waiaas agent wallet add { $agent-argument } WALLET` 명령으로 연결하세요.

error-agent-suspended = 정지된 에이전트입니다.
error-agent-suspended-hint = 소유자가 `waiaas agent resume` 명령으로 정지를 해제할 수 있습니다.

error-agent-terminated = 완전히 제거된 에이전트입니다.
error-agent-terminated-hint = `waiaas agent add` 명령으로 새 에이전트를 추가하세요. 한 번 쓴 이름은 다시 쓸 수 없습니다.

error-wallet-terminated = 완전히 제거된 지갑입니다.
error-wallet-terminated-hint = `waiaas wallet add` 명령으로 새 지갑을 추가하세요. 한 번 쓴 이름은 다시 쓸 수 없습니다.

error-request-invalid = 요청이 올바르지 않습니다.
error-request-invalid-hint = 어디가 잘못되었는지는 details.issues에 있습니다.

error-idempotency-key-invalid = Idempotency-Key 헤더가 올바르지 않습니다.
error-idempotency-key-invalid-hint = 화면에 보이는 ASCII 문자 16~64자를 한 번만 보내세요. 따옴표는 있어도 되고 없어도 됩니다.

error-claim-invalid = 코드를 쓸 수 없습니다. 틀렸거나, 이미 쓰였거나, 기한이 지났습니다.
error-claim-invalid-hint = 소유자에게 새 코드를 요청하세요.

error-admin-access-denied = 현재 사용자는 관리 소켓을 쓸 수 없습니다.
error-admin-access-denied-hint = 데몬을 실행한 사용자나 root로 명령을 실행하세요.

error-token-file-unwritable = 토큰 파일을 쓸 수 없어 세션을 만들지 못했습니다: { $reason }
error-token-file-unwritable-hint = 원인을 해결한 뒤 다시 시도하세요.

error-route-not-found = 이 주소에는 아무것도 없습니다.
error-route-not-found-hint = GET /openapi.json에서 모든 경로를 볼 수 있습니다.

error-method-not-allowed = 이 주소에서는 그 메서드를 쓸 수 없습니다.
error-method-not-allowed-hint = Allow 헤더에 쓸 수 있는 메서드가 있습니다.

error-body-too-large = 요청 본문이 너무 큽니다. 최대 { $max }바이트입니다.

error-request-timeout = 요청이 너무 오래 걸려 중단했습니다.
error-request-timeout-hint = 다시 시도하세요. 갱신은 같은 Idempotency-Key로 되풀이하세요.

error-rate-limited = 요청이 너무 많습니다. { $seconds }초 뒤에 다시 시도하세요.

error-system-locked =
    { $reason ->
        [restored_database] 데이터베이스가 이전 백업으로 되돌려져 모든 세션이 동결되었습니다.
       *[kill_switch] 긴급 차단이 켜져 있어 에이전트의 요청을 모두 거부합니다.
    }
error-system-locked-hint =
    { $reason ->
        [restored_database] 데몬이 있는 컴퓨터에서 세션을 확인한 뒤 `waiaas db confirm-restore` 명령을 실행하세요.
       *[kill_switch] 데몬이 있는 컴퓨터에서 `waiaas killswitch off` 명령을 실행하세요.
    }

error-storage-unavailable = 지금은 데이터베이스가 응답하지 않습니다.
error-storage-unavailable-hint = 잠시 뒤에 다시 시도하고, 계속되면 디스크 공간과 `waiaas status`를 확인하세요.

error-internal = 데몬에서 문제가 발생했습니다.
error-internal-hint = 원인은 데몬 로그에서 이 요청 ID로 찾을 수 있습니다.
