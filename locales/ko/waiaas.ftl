# Command line

cli-error = 오류
cli-caused-by = 원인
cli-hint = 도움말
cli-refusal = { $code }, 요청 { $request }
cli-never = 없음
cli-time-ahead = { $span } 후
cli-time-ago = { $span } 전
cli-default-wallet = { $name } (기본)
cli-nothing-changed = 아무것도 바꾸지 않았습니다.
cli-next-page = 더 있습니다. 이어서 보려면 명령에 추가하세요: --before { $next }
cli-sessions-ended = 종료된 세션: { $count }개.
cli-path-not-text = 이 경로는 UTF-8 글자가 아니어서 여기에 쓸 수 없습니다.

cli-not-running = waiaas가 실행되고 있지 않습니다(데이터 디렉터리: { $dir })
cli-not-running-hint = `waiaas run`으로 시작하세요. 새 데이터 디렉터리는 `waiaas init`으로 만듭니다.
cli-already-running = 다른 데몬이 이미 실행 중입니다(데이터 디렉터리: { $dir })
cli-already-running-hint = 그 데몬을 먼저 멈추거나, --data-dir로 다른 디렉터리를 지정하세요.
cli-socket-denied = 이 사용자는 관리 소켓을 쓸 수 없습니다(데이터 디렉터리: { $dir })
cli-socket-denied-hint = 데몬을 실행한 사용자나 root로 명령을 실행하세요.
cli-no-answer = 데몬이 응답하지 않았습니다(데이터 디렉터리: { $dir })
cli-answer-unreadable = 데몬의 응답을 읽을 수 없습니다.
cli-answer-unreadable-hint = 데몬의 버전이 다를 수 있습니다. `waiaas --version`과 `waiaas status`를 비교하세요.
cli-name-not-in-path = 이 이름으로는 찾을 수 없습니다: "{ $name }"
cli-name-not-in-path-hint = 대신 ID를 쓰세요. 목록에 나옵니다.

cli-head-about = 대상
cli-head-absolute-end = 최종 만료
cli-head-actor = 행위자
cli-head-address = 주소
cli-head-agent = 에이전트
cli-head-applied = 적용
cli-head-at = 시각
cli-head-chain = 체인
cli-head-channel = 채널
cli-head-chat = 채팅
cli-head-created = 생성
cli-head-details = 내용
cli-head-event = 이벤트
cli-head-expires = 만료
cli-head-id = ID
cli-head-key = 키
cli-head-last-renewed = 마지막 갱신
cli-head-last-used = 마지막 사용
cli-head-level = 등급
cli-head-name = 이름
cli-head-network = 네트워크
cli-head-paired = 연결
cli-head-reason = 이유
cli-head-renewals = 갱신
cli-head-result = 결과
cli-head-revoked = 종료
cli-head-revoked-by = 종료 주체
cli-head-role = 역할
cli-head-seq = 순번
cli-head-sessions = 활성 세션
cli-head-setting = 설정
cli-head-source = 출처
cli-head-state = 상태
cli-head-step = 단계
cli-head-token-file = 토큰 파일
cli-head-user = 사용자
cli-head-value = 값
cli-head-wallets = 지갑

cli-limit-amount-per-tx = 거래당 한도
cli-limit-destinations = 보낼 수 있는 주소
cli-limit-expires-in = 갱신 단위
cli-limit-max-renewals = 총 갱신 횟수
cli-limit-operations = 허용 작업
cli-limit-reject-window = 거부 기간
cli-limit-total-amount = 총 한도
cli-limit-transactions = 총 거래 횟수

cli-wallet-added = 지갑을 추가했습니다: { $name }
cli-wallet-none = 아직 지갑이 없습니다. 추가하려면: waiaas wallet add NAME --chain evm --network base --address 0x…
cli-wallet-remove-ask = 지갑 제거: { $name }. 이 지갑만 쓰는 세션은 종료되며 되돌릴 수 없습니다. 계속할까요?
cli-wallet-removed = 지갑을 제거했습니다: { $name }

cli-agent-added = 에이전트를 추가했습니다: { $name }
cli-agent-none = 아직 에이전트가 없습니다. 추가하려면: waiaas agent add NAME --wallet WALLET
cli-agent-no-defaults = 이 에이전트에는 따로 정한 한도가 없습니다.
cli-agent-remove-ask = 에이전트 제거: { $name }. 세션이 모두 종료되며 되돌릴 수 없습니다. 계속할까요?
cli-agent-removed = 에이전트를 제거하고 세션을 모두 종료했습니다: { $name }
cli-agent-resumed = 에이전트 정지를 해제했습니다: { $name }
cli-agent-suspended = 에이전트를 정지했습니다: { $name }. `waiaas agent resume`으로 해제할 때까지 요청이 거부됩니다.

cli-session-created =
    세션 { $session } ({ $agent })
    토큰 만료 { $expires }; { $renewals ->
        [0] 갱신할 수 없음
       *[other] 갱신 { $renewals }회
    }
    최종 만료 { $end }
cli-session-none = 해당하는 세션이 없습니다. `--state all`은 보관 중인 모든 세션을 보여 줍니다.
cli-session-replaced = 이전 세션은 교체되어 종료되었습니다: { $session }
cli-session-revoke-ask = 세션 종료: { $session }. 다음 요청부터 토큰이 거부되며 되돌릴 수 없습니다. 계속할까요?
cli-session-revoked = 세션을 종료했습니다: { $session }
cli-session-revoked-before = 이미 종료된 세션입니다: { $session } ({ $at })
cli-session-token-file = 토큰은 이 파일에 있습니다:
cli-session-token-once = 토큰은 지금 한 번만 표시되며 다시 볼 수 없습니다. 이 토큰을 가진 사람은 누구나 에이전트로 행세할 수 있습니다:

cli-status-dead-letters = 전송 포기
cli-status-frozen = 동결
cli-status-frozen-since = { $since }부터: 데이터베이스가 이 컴퓨터의 기록보다 오래되었습니다. 복원한 내용을 확인한 뒤 실행하세요: waiaas db confirm-restore
cli-status-kill-switch = 긴급 차단
cli-status-last-ok = 마지막 정상 { $since }
cli-status-listen = 에이전트 주소
cli-status-next-expiry = 다음 만료
cli-status-operators = 연결된 사람
cli-status-outbox = 전송 대기
cli-status-uptime = 가동 시간
cli-status-version = 버전

cli-killswitch-is-off = 긴급 차단이 꺼져 있습니다.
cli-killswitch-is-on = 긴급 차단이 켜져 있습니다({ $since }, { $by }). 에이전트의 요청을 모두 거부합니다. `waiaas killswitch off`로 해제하세요.
cli-killswitch-on-ask = 다음 요청부터 에이전트의 요청을 모두 거부할까요?
cli-killswitch-revoke-all-ask = 에이전트의 요청을 모두 거부하고 활성 세션을 모두 종료할까요? 종료한 세션은 되살릴 수 없습니다.

cli-keys-revoke-all-ask = 키를 교체하고 활성 세션을 모두 종료할까요? 종료한 세션은 되살릴 수 없습니다.
cli-keys-rotated = 새 서명 키: { $kid }. { $deleted ->
        [0] 삭제한 이전 키는 없습니다
       *[other] 이전 키 { $deleted }개를 삭제했습니다
    }.

cli-audit-broken = 감사 기록이 온전하지 않습니다. 처음 어긋난 순번: { $seq }
cli-audit-broken-hint = 누군가 또는 무언가가 밖에서 데이터베이스를 바꾸었습니다. 사본을 남기고 백업과 비교하세요.
cli-audit-intact = 감사 기록이 온전합니다: { $entries }건.
cli-audit-none = 해당하는 기록이 없습니다.

cli-notify-asked = 테스트 알림을 요청했습니다: { $channels }. 전달될 때까지 최대 { $span } 동안 기다립니다. Ctrl-C로 멈춥니다.
cli-notify-chat-dead = { $name } 님의 채팅에 보내지 못해 포기함
cli-notify-chat-waiting = { $name } 님의 채팅에 아직 보내지 못함
cli-notify-dead = 포기함
cli-notify-dead-hint = 더는 다시 시도하지 않습니다. 원인을 해결한 뒤 다시 테스트하세요. 포기한 알림은 `waiaas notify log --failed`로 볼 수 있습니다.
cli-notify-delivered = 전달됨
cli-notify-failed = 테스트 알림을 전달하지 못한 채널이 있습니다
cli-notify-in-chat = { $name } 님의 채팅에 도착함
cli-notify-interrupted = 기다리기를 멈췄습니다. 테스트는 계속됩니다: waiaas notify log --event CHANNEL_TEST
cli-notify-next = { $what } (다음 시도: { $when })
cli-notify-no-channel = 알릴 채널이 없었음
cli-notify-no-recipient = 연결된 사람이 없음
cli-notify-none = 해당하는 알림이 없습니다.
cli-notify-none-yet = 아직 알림이 없습니다. 알림이 도착하는지 확인하려면: waiaas notify test
cli-notify-pair-hint = `waiaas pair`로 휴대폰을 연결한 뒤 다시 테스트하세요.
cli-notify-passed-over = 건너뜀
cli-notify-switched-off = 받는 사람이 모두 꺼 둠
cli-notify-waiting = 아직 전달되지 않음
cli-notify-waiting-hint = 도착하거나 포기할 때까지 다시 시도합니다. 채널 상태는 `waiaas status`로, 테스트 결과는 `waiaas notify log --event CHANNEL_TEST`로 볼 수 있습니다.

cli-pair-code = { $until }까지 봇에게 보내세요: /start { $code }
cli-pair-done = { $name } 님과 연결되었습니다.
cli-pair-expired = 제한 시간 안에 코드를 쓴 사람이 없습니다
cli-pair-expired-hint = `waiaas pair`를 다시 실행하세요.
cli-pair-interrupted = 기다리기를 멈췄습니다. 코드는 { $until }까지 유효합니다.
cli-pair-role = 이 코드를 쓴 사람의 역할: { $role }
cli-pair-link = 휴대폰에서 링크를 열거나 카메라로 QR 코드를 찍으세요. { $until }까지 한 번만 쓸 수 있습니다.
cli-pair-no-bot = 실행 중인 데몬에 텔레그램 봇이 없어 코드를 쓸 수 있는 사람이 없습니다
cli-pair-no-bot-hint = @BotFather에서 봇을 만들고 토큰을 권한 0600인 파일에 넣으세요. { $file } 파일의 telegram.bot_token_file에 그 파일을 지정하고 데몬을 다시 시작한 뒤 `waiaas pair`를 실행하세요.
cli-pair-no-link = 데몬이 아직 텔레그램에 연결되지 않아 링크가 없습니다: { $why }. 연결되면 코드를 쓸 수 있습니다.
cli-pair-none = 아직 연결된 사람이 없습니다. 휴대폰을 연결하려면: waiaas pair
cli-pair-remove-ask = 콘솔 사용 권한 제거: 사용자 { $user }. 계속할까요?
cli-pair-removed = { $name } 님은 더 이상 콘솔을 쓸 수 없습니다.
cli-pair-waiting = 휴대폰을 기다리는 중입니다. Ctrl-C로 멈춥니다.

cli-config-right = 설정이 올바릅니다(데이터 디렉터리: { $dir })
cli-secret-in-arguments = { $key } 값은 비밀이므로 인자로 줄 수 없습니다. 다른 사용자가 프로그램 인자를 볼 수 있습니다
cli-secret-in-arguments-hint = 권한 0600인 config.toml에 넣거나, _file로 끝나는 키가 있으면 별도 파일에 넣으세요. { $variable } 환경 변수를 써도 됩니다.

cli-db-backed-up = 데이터베이스를 복사했습니다: { $file } ({ $bytes }바이트). master.key도 보관하되 따로 두세요. 둘이 함께 있으면 토큰을 만들 수 있습니다.
cli-db-backup-exists = 이미 있는 파일입니다: { $file }
cli-db-backup-exists-hint = 없는 파일 이름을 주세요. 백업은 다른 파일을 덮어쓰지 않습니다.
cli-db-backup-failed = 데이터베이스를 복사하지 못했습니다: { $file }
cli-db-confirm-ask = 복원한 데이터베이스를 다시 쓸까요? 백업 이후에 종료한 세션이 되살아납니다.
cli-db-confirmed = 복원한 데이터베이스를 다시 씁니다.
cli-db-migrated = { $count ->
        [0] 데이터베이스에 모든 단계가 이미 적용되어 있습니다.
       *[other] { $count }개 단계를 적용했습니다.
    }
cli-db-missing = 데이터베이스가 없습니다: { $file }
cli-db-newer = 더 새로운 버전에서 적용됨
cli-db-not-frozen = 동결된 것이 없어 확인할 것도 없습니다.
cli-db-pending = 대기 중

cli-doctor-head-check = 항목
cli-doctor-head-what = 내용
cli-doctor-mend = 조치: { $mend }
cli-doctor-ok = 정상
cli-doctor-note = 참고
cli-doctor-warning = 주의
cli-doctor-serious = 심각
cli-doctor-ill = 심각한 문제가 { $serious }개 있습니다. 맨 위부터 해결한 뒤 다시 실행하세요
cli-doctor-well = { $warnings ->
        [0] 문제가 없습니다.
       *[other] 심각한 문제는 없습니다. 주의할 것이 { $warnings }개 있습니다.
    }
cli-doctor-not-checked = 확인하지 않음: { $why }
cli-doctor-skip-set-up = 아직 waiaas를 설정하지 않았습니다
cli-doctor-skip-data-dir = 데이터 디렉터리를 쓸 수 없습니다
cli-doctor-skip-config = 설정을 쓸 수 없습니다
cli-doctor-skip-daemon = 비교할 데몬이 실행되고 있지 않습니다
cli-doctor-skip-frozen = 복원한 데이터베이스입니다. 복원을 확인하기 전에는 감사 기록을 검증할 수 없습니다
cli-doctor-mend-restart = 데몬을 멈추고 다시 시작하세요: { $command }
cli-doctor-mend-stopped = 데몬을 멈춘 상태에서 실행하세요: { $command }

cli-doctor-check-data-dir = 데이터 디렉터리
cli-doctor-check-files = 파일
cli-doctor-check-config = 설정
cli-doctor-check-database = 데이터베이스
cli-doctor-check-daemon = 데몬
cli-doctor-check-clock = 시계
cli-doctor-check-tokens = 토큰 파일
cli-doctor-check-clients = 클라이언트
cli-doctor-check-telegram = 텔레그램

cli-doctor-origin-flag = --data-dir로 지정
cli-doctor-origin-variable = WAIAAS_DATA_DIR로 지정
cli-doctor-origin-xdg = XDG_DATA_HOME 아래
cli-doctor-origin-home = 홈 디렉터리의 기본 위치
cli-doctor-dir-chosen = { $dir } ({ $origin })
cli-doctor-dir-chosen-free = { $dir } ({ $origin }), 남은 공간 { $free }
cli-doctor-dir-missing = 디렉터리가 없습니다: { $dir } ({ $origin }). 아직 waiaas를 설정하지 않았습니다
cli-doctor-dir-empty = 설정도 키도 데이터베이스도 없습니다: { $dir }. 아직 waiaas를 설정하지 않았습니다
cli-doctor-dir-link = 심볼릭 링크입니다: { $dir }. 다른 곳을 가리키게 바꿀 수 있어 데몬이 거부합니다. 링크가 가리키는 디렉터리를 쓰세요
cli-doctor-dir-no-dir = 디렉터리가 아닙니다: { $dir }
cli-doctor-dir-foreign = 다른 사용자의 디렉터리입니다: { $dir } (소유자 { $owner }, 현재 사용자 { $uid })
cli-doctor-dir-writable = 다른 사용자가 안의 파일을 바꿔치기할 수 있습니다: { $dir } (권한 { $mode })
cli-doctor-dir-readable = 다른 사용자가 안을 볼 수 있습니다: { $dir } (권한 { $mode })
cli-doctor-dir-tight = 소유자의 읽기, 쓰기, 접근 권한이 모두 필요합니다: { $dir } (권한 { $mode })
cli-doctor-dir-closed = 살펴볼 수 없습니다: { $dir } ({ $cause })
cli-doctor-dir-read-only = 읽기 전용으로 마운트된 파일 시스템입니다: { $dir }. 갱신도 기록도 할 수 없습니다
cli-doctor-dir-full = 남은 공간이 거의 없습니다: { $dir } ({ $free }). 다음 갱신이 실패할 수 있습니다
cli-doctor-dir-low = 남은 공간이 적습니다: { $dir } ({ $free })
cli-doctor-dir-same-user = 데몬과 같은 사용자({ $uid })로 실행되는 에이전트는 여기 있는 토큰과 키를 모두 읽을 수 있습니다
cli-doctor-dir-same-user-mend = 에이전트는 다른 사용자로 실행하세요

cli-doctor-files-ok = 파일 { $count }개 모두 다른 사용자가 접근할 수 없습니다
cli-doctor-file-no-key = 파일이 없습니다: { $file }. 토큰을 만들 수도 확인할 수도 없습니다
cli-doctor-file-no-config = 파일이 없습니다: { $file }. 데몬이 텔레그램 없이 기본값으로 동작합니다
cli-doctor-file-bad-key = 마스터 키가 아닙니다: { $file }. 16진수 64자리여야 합니다
cli-doctor-file-restore = 보관해 둔 사본으로 되돌리세요: { $file }
cli-doctor-file-link = 심볼릭 링크라서 데이터 디렉터리의 권한으로 보호되지 않습니다: { $file }
cli-doctor-file-irregular = 일반 파일이 아닙니다: { $file }
cli-doctor-file-no-socket = 소켓이 아니어서 데몬을 시작할 수 없습니다: { $file }
cli-doctor-file-foreign = 다른 사용자의 것입니다: { $file } (소유자 { $owner })
cli-doctor-file-tight = 데몬이 쓸 수 없는 권한입니다: { $file } (권한 { $mode })
cli-doctor-file-writable = 다른 사용자가 바꿀 수 있습니다: { $file } (권한 { $mode })
cli-doctor-file-readable = 다른 사용자가 접근할 수 있습니다: { $file } (권한 { $mode })
cli-doctor-file-unreadable = 살펴볼 수 없습니다: { $file } ({ $cause })

cli-doctor-config-ok = 올바릅니다
cli-doctor-config-open = 다른 컴퓨터에서 접속할 수 있는 주소로 에이전트 요청을 받습니다: { $address }. 앞에 TLS 프록시가 없으면 토큰이 도중에 노출될 수 있습니다
cli-doctor-config-open-mend = config.toml에 http.listen = "127.0.0.1:3100"을 설정하거나, TLS 프록시만 이 주소에 접속할 수 있게 하세요
cli-doctor-config-variable = 환경 변수를 지우거나 고치세요: { $name }. 그런 다음: { $command }

cli-doctor-db-ok = 손상이 없고 이 버전과 맞습니다. 감사 기록 { $entries }건이 온전합니다
cli-doctor-db-missing-mend = 가장 최근 백업을 되돌려 놓으세요: { $file }. 새로 시작하려면: { $command }
cli-doctor-db-unreadable = 읽을 수 없습니다: { $file } ({ $cause })
cli-doctor-db-damaged = 손상되었습니다: { $file } ({ $count }곳: { $first })
cli-doctor-db-unfinished = 파일이 커서 전체를 빠르게 검사하지 못했습니다
cli-doctor-db-restore = 데몬을 멈추고 가장 최근 백업으로 바꾼 뒤 데몬을 시작하세요. 그런 다음: { $command }
cli-doctor-db-newer = 더 새로운 버전에서 만든 데이터베이스입니다. 이 버전이 모르는 단계: { $steps }
cli-doctor-db-newer-mend = 더 새로운 버전을 실행하거나 그 이전의 백업을 복원하세요
cli-doctor-db-gap = 이후 단계는 적용되었는데 이전 단계의 기록이 없습니다: { $steps }
cli-doctor-db-pending = 적용하지 않은 스키마 단계가 있습니다: { $steps }
cli-doctor-db-pending-running = 실행 중인 데몬이 이 프로그램보다 오래되었습니다. 아직 적용하지 않은 스키마 단계: { $steps }
cli-doctor-db-no-key = 서명 키가 없습니다
cli-doctor-db-sealed = 서명 키를 열 수 없습니다: { $file }. 다른 마스터 키로 봉인되어 있습니다
cli-doctor-db-frozen = 이 컴퓨터의 기록보다 오래된 데이터베이스라서 { $since }부터 모든 세션이 동결되어 있습니다. 무엇을 복원했는지 확인하세요
cli-doctor-db-broken = 감사 기록이 온전하지 않습니다. 처음 어긋난 순번: { $seq } ({ $problem })
cli-doctor-db-broken-mend = 증거로 사본을 남기고({ $command }) 백업과 비교하세요
cli-doctor-db-audit-unfinished = 감사 기록이 길어서 빠르게 검사하지 못했습니다

cli-doctor-daemon-ok = 버전 { $version }, 가동 시간 { $span }, 에이전트 주소 { $address }, 활성 세션 { $sessions }개
cli-doctor-daemon-version = 버전이 다릅니다: 데몬 { $daemon }, 이 프로그램 { $program }
cli-doctor-daemon-locked = 긴급 차단이 켜져 있습니다({ $since }, { $by }). 에이전트의 요청을 모두 거부합니다
cli-doctor-daemon-dead-letters = 전송을 포기해 아무도 읽지 못한 메시지가 { $count }개 있습니다
cli-doctor-daemon-outbox = 전송을 기다리는 메시지가 { $count }개 있습니다
cli-doctor-daemon-unpaired = 연결된 사람이 없습니다. 알림을 받을 사람도, 휴대폰으로 세션을 종료할 사람도 없습니다
cli-doctor-daemon-down = 실행되고 있지 않습니다. 모든 에이전트의 연결이 끊겨 있습니다
cli-doctor-daemon-silent = 응답하지 않습니다
cli-doctor-daemon-unreadable = 응답을 읽을 수 없습니다. 데몬의 버전이 다를 수 있습니다
cli-doctor-daemon-refuses = 실행 중이지만 거부합니다: { $message } ({ $code })
cli-doctor-daemon-broken = 연결할 수 없습니다: { $cause }
cli-doctor-door-closed = 에이전트가 접속할 수 없습니다: { $address }
cli-doctor-door-moved = 에이전트 주소가 설정과 다릅니다: 데몬 { $address }, config.toml { $configured }. MCP 서버는 설정의 주소로 접속합니다
cli-doctor-door-stranger = 에이전트가 접속하는 주소에서 다른 프로그램이 응답합니다: { $address }
cli-doctor-door-stranger-mend = 어떤 프로그램인지 찾아({ $command }) 멈추거나, config.toml에서 http.listen을 바꾸세요
cli-doctor-door-other-daemon = 다른 데이터 디렉터리의 데몬(버전 { $version })이 이 주소를 쓰고 있습니다: { $address }
cli-doctor-door-other-daemon-mend = 그 데몬은 --data-dir로 확인하세요. 아니면 config.toml에서 http.listen을 "127.0.0.1:3101" 같은 다른 주소로 바꾸세요

cli-doctor-clock-ok = 데몬의 시계와 맞습니다({ $time })
cli-doctor-clock-ahead = 데몬의 시계({ $time })가 여기보다 { $span } 빠릅니다
cli-doctor-clock-behind = 데몬의 시계({ $time })가 여기보다 { $span } 느립니다
cli-doctor-clock-back = 시계가 뒤로 갔습니다: 지금은 { $time }인데 감사 기록의 가장 최근 시각은 { $newest }입니다

cli-doctor-token-none = 이 컴퓨터에는 아직 토큰 파일이 없습니다
cli-doctor-token-ok = { $file }: { $agent }, 세션 { $session }, 토큰 만료 { $expires }, 갱신 { $count }/{ $max }
cli-doctor-token-alone = { $file }: 에이전트 { $agent }, 세션 { $session }, 토큰 만료 { $expires }. 데몬에는 확인하지 않았습니다
cli-doctor-token-unanswered = 토큰이 유효한지 데몬이 답하지 않았습니다: { $file }
cli-doctor-token-unknown = 데몬이 모르는 세션입니다: { $file } (세션 { $session })
cli-doctor-token-suspended = { $agent } 에이전트가 정지되어 요청이 거부됩니다
cli-doctor-token-revoked = { $file }: { $agent } 에이전트의 세션이 종료되었습니다({ $at }, { $by })
cli-doctor-token-expired = { $file }: { $agent } 에이전트의 세션이 만료되었습니다({ $at })
cli-doctor-token-replaced = { $file }: { $agent } 에이전트의 현재 토큰이 아니어서 거부됩니다
cli-doctor-token-other-agent = 다른 에이전트의 토큰이 들어 있습니다: { $file } (에이전트 { $agent })
cli-doctor-token-pending = 진행 중인 갱신이 있습니다: { $file }. 중간에 멈췄더라도 MCP 서버가 마무리합니다
cli-doctor-token-pending-foreign = 다른 토큰의 갱신 기록이 남아 있습니다: { $file }. 다음 갱신 때 지워집니다
cli-doctor-token-pending-form = 진행 중인 갱신의 기록이 아닙니다: { $file }
cli-doctor-token-leftovers = 중간에 멈춘 프로그램이 남긴 임시 파일이 { $count }개 있습니다: { $file }. 다음 토큰 전달 때 지워집니다
cli-doctor-token-overdue = { $file }: { $agent } 에이전트의 갱신 예정 시각이 지났습니다({ $at }). 이 에이전트의 MCP 서버가 실행되고 있지 않습니다
cli-doctor-token-variable = WAIAAS_SESSION_TOKEN이 설정되어 있습니다. 토큰 파일이 없을 때만 쓰입니다
cli-doctor-token-link = 심볼릭 링크는 따라가지 않습니다: { $file }
cli-doctor-token-open = 다른 사용자가 접근할 수 있어 아무도 쓰지 않습니다: { $file } (권한 { $mode }). 누군가 읽었을 수 있다면 세션도 종료하세요
cli-doctor-token-form = 세션 토큰이 들어 있지 않습니다: { $file }
cli-doctor-token-folder = 이 사용자의 디렉터리가 아닙니다: { $dir }

cli-doctor-client-none = 이 사용자의 MCP 클라이언트 중 waiaas를 시작하는 것이 아직 없습니다
cli-doctor-client-ok = { $client }: "{ $name }" 항목이 { $command } 프로그램을 시작합니다
cli-doctor-client-misses = { $client }: "{ $name }" 항목은 { $url }에서 데몬을 찾는데, 데몬은 { $address }에 있습니다
cli-doctor-client-missing = { $client }: "{ $name }" 항목이 시작하는 프로그램이 없습니다: { $command }
cli-doctor-client-not-executable = { $client }: "{ $name }" 항목이 시작하는 것이 실행할 수 있는 프로그램이 아닙니다: { $command }
cli-doctor-client-closed = { $client }: "{ $name }" 항목이 시작하는 프로그램의 폴더에 들어갈 권한이 없습니다: { $command }
cli-doctor-client-agent-id = { $client }: "{ $name }" 항목의 에이전트("{ $agent }")가 ID가 아닙니다. MCP 서버는 에이전트 ID만 받습니다
cli-doctor-client-agent-unknown = { $client }: "{ $name }" 항목의 에이전트를 데몬이 모릅니다: { $agent }
cli-doctor-client-agent-removed = { $client }: "{ $name }" 항목의 에이전트는 제거되었습니다: { $agent }
cli-doctor-client-no-token = { $client }: "{ $name }" 항목의 에이전트는 여기에 토큰 파일이 없습니다: { $agent }
cli-doctor-client-address = { $client }: "{ $name }" 항목의 --base-url 주소를 MCP 서버가 거부합니다: { $reason }
cli-doctor-client-looked-up = { $client }: "{ $name }" 항목의 프로그램("{ $command }")을 클라이언트가 찾지 못할 수 있습니다. 데스크톱 앱의 PATH는 셸과 다릅니다
cli-doctor-client-elsewhere = { $client }: "{ $name }" 항목은 다른 데이터 디렉터리를 씁니다: { $dir }
cli-doctor-client-no-dir = { $client }: "{ $name }" 항목이 쓰는 다른 데이터 디렉터리가 없습니다: { $dir }
cli-doctor-client-replace = { $file } 파일에서 "{ $name }" 항목을 지우세요. 이 데이터 디렉터리용 항목을 만들려면: { $command }
cli-doctor-client-link-mend = 링크를 고치거나 지우세요: { $command }
cli-doctor-client-default = { $client }: "{ $name }" 항목에 데이터 디렉터리가 없어 기본 위치를 쓰는데, 지금 확인하는 디렉터리가 아닙니다
cli-doctor-client-token = { $client }: { $file } 파일의 "{ $name }" 항목에 있어서는 안 될 세션 토큰이 있습니다
cli-doctor-client-token-mend = { $file } 파일에서 토큰을 지우세요. 누군가 읽었을 수 있으니 그 세션을 종료하세요(세션 찾기: { $command })
cli-doctor-client-unreadable = { $client }에서 읽을 수 없는 설정입니다: { $what }

cli-doctor-telegram-ok = @{ $name } 봇이 응답합니다
cli-doctor-telegram-off = 설정되지 않았습니다. 알림이 없고 휴대폰으로 세션을 종료할 수 없습니다
cli-doctor-telegram-off-mend = @BotFather에서 봇을 만들고, 토큰을 권한 0600인 파일에 넣은 뒤 telegram.bot_token_file을 설정하세요: { $file }
cli-doctor-telegram-refused = 텔레그램이 봇 토큰을 거부합니다
cli-doctor-telegram-refused-mend = @BotFather에서 봇의 토큰을 확인해 넣고({ $place }) 데몬을 다시 시작하세요: { $command }
cli-doctor-telegram-silent = 응답하지 않습니다: { $url }
cli-doctor-telegram-away = 연결할 수 없습니다: { $url } ({ $reason })
cli-doctor-telegram-away-mend = 이 컴퓨터에서 접속되는지 확인하세요: { $command }
cli-doctor-telegram-webhook = 이 봇에 웹훅이 설정되어 있어 데몬이 메시지를 받을 수 없습니다
cli-doctor-telegram-webhook-mend = 웹훅을 설정한 프로그램을 멈추거나 waiaas 전용 봇을 쓰세요
cli-doctor-telegram-webhook-ours = 텔레그램이 메시지를 이 주소로 보냅니다: { $url }
cli-doctor-telegram-webhook-none = 이 봇에 웹훅이 설정되어 있지 않아 텔레그램이 데몬에 아무것도 보내지 않습니다
cli-doctor-telegram-webhook-none-mend = 데몬이 실행 중이면 1분 안에 스스로 설정합니다: { $command }
cli-doctor-telegram-webhook-other = 다른 프로그램이 이 봇에 웹훅을 설정해 데몬이 메시지를 받을 수 없습니다
cli-doctor-telegram-webhook-other-mend = 그 프로그램을 멈추거나 waiaas 전용 봇을 쓰세요. 데몬은 자신의 웹훅을 스스로 다시 설정합니다
cli-doctor-telegram-undelivered = 메시지가 데몬에 도착하지 않습니다: { $reason }
cli-doctor-telegram-undelivered-mend = 프록시가 이 주소를 경로 그대로 { $listen }에 전달하는지 확인하세요. 다음 명령이 401을 출력하면 정상입니다: { $command }
cli-doctor-telegram-unused = 실행 중인 데몬에 봇이 없습니다. 봇을 설정하기 전에 시작되었습니다
cli-doctor-telegram-conflict = 데몬이 메시지를 받을 수 없습니다. 다른 프로그램이 같은 봇 토큰을 쓰고 있거나 웹훅이 설정되어 있습니다
cli-doctor-telegram-conflict-mend = 다른 프로그램을 멈추거나 waiaas 전용 봇을 쓰세요
cli-doctor-telegram-stale = 실행 중인 데몬의 봇 토큰을 텔레그램이 거부합니다. 다른 토큰으로 시작되었습니다
cli-doctor-telegram-unreachable = 데몬이 텔레그램에 연결할 수 없습니다: { $reason }

cli-init-ask-listen = 에이전트가 접속할 주소
cli-init-ask-owner = 알고 있다면 본인의 텔레그램 ID (비워 두면 나중에 링크로 연결)
cli-init-ask-token = @BotFather의 봇 토큰 (표시되지 않음, 비워 두면 텔레그램 없이)
cli-init-ask-zone = 채팅에 표시할 시간대
cli-init-backup = 이전 설정을 남겨 두었습니다: { $file }
cli-init-done = { $dir }에 만들었습니다: { $files }
cli-init-exists = 이미 준비된 디렉터리라서 아무것도 바꾸지 않았습니다: { $dir } (있는 파일: { $files }). 설정을 다시 쓰려면: { $program } init --force
cli-init-hint = `waiaas init`으로 만드세요.
cli-init-next-no-bot =
    다음 순서:
      1. { $program } run
      2. { $program } wallet add WALLET --chain evm --network base --address 0x…
      3. { $program } agent add AGENT --wallet WALLET
      4. { $program } session create --agent AGENT
    텔레그램 콘솔을 쓰려면 @BotFather에서 봇을 만들고 config.toml에 telegram.bot_token_file을 설정하세요.
cli-init-next-owner =
    다음 순서:
      1. { $program } run
      2. { $program } wallet add WALLET --chain evm --network base --address 0x…
      3. { $program } agent add AGENT --wallet WALLET
      4. 봇에게 /newsession을 보내세요.
cli-init-next-pair =
    다음 순서:
      1. { $program } run
      2. { $program } pair
      3. { $program } wallet add WALLET --chain evm --network base --address 0x…
      4. { $program } agent add AGENT --wallet WALLET
      5. 봇에게 /newsession을 보내세요.
cli-init-no-terminal = init은 질문을 하는데 여기는 터미널이 아닙니다
cli-init-no-terminal-hint = --non-interactive와 함께 설정할 값을 인자로 주세요.
cli-init-rewritten = 설정을 새로 썼습니다: { $dir }
cli-init-warning = 주의: 이 사용자로 실행되는 에이전트는 모든 토큰과 관리 소켓을 포함해 여기 있는 것을 모두 읽을 수 있습니다. 에이전트는 다른 사용자로 실행하세요. 채팅이 연결되어 있으면 이 컴퓨터에서 권한이 늘어나는 일을 모두 채팅으로 알립니다.

# The agent's side

cli-mcp-choose-agent = 어느 에이전트용인가요?
cli-mcp-several-agents = 에이전트가 여럿인데 하나를 지정하지 않았습니다
cli-mcp-several-agents-hint = 하나를 지정하세요: --agent NAME
cli-mcp-no-agents = 아직 에이전트가 없습니다
cli-mcp-no-agents-hint = 추가하세요: { $program } agent add NAME --wallet WALLET
cli-mcp-no-active-agents = 모든 에이전트가 정지되어 있습니다
cli-mcp-no-active-agents-hint = 정지를 해제하세요: { $program } agent resume NAME
cli-mcp-no-program = 이 프로그램의 파일 위치를 시스템에서 알 수 없습니다
cli-mcp-no-home = 홈 디렉터리가 없어 클라이언트 설정 파일의 위치를 알 수 없습니다
cli-mcp-json-has-no-file = --write는 설정 파일이 있는 클라이언트에만 쓸 수 있으며, json에는 파일이 없습니다
cli-mcp-json-has-no-file-hint = --write를 빼고 출력된 내용을 복사하거나, 다른 클라이언트를 지정하세요.
cli-mcp-no-session-made = 세션을 만들지 않았고 아무것도 바꾸지 않았습니다.
cli-mcp-session-goes-on = 세션은 지금 그대로 계속됩니다({ $session }). 이 세션을 종료하고 새로 만들려면 --new-session을 지정하세요.
cli-mcp-session-stands = 세션은 활성 상태이고({ $session }) 토큰은 { $file }에 있습니다. 클라이언트 설정만 바꾸지 못했습니다. 출력된 내용을 직접 추가하거나, 원인을 해결한 뒤 다시 실행하세요.
cli-mcp-token-file = 토큰은 이 사용자만 읽을 수 있는 파일에 있습니다: { $file }
cli-mcp-run-command = { $client }: 아래 명령을 한 번 실행한 뒤 새 세션을 시작하세요.
cli-mcp-put-into = { $client }: 아래 내용을 { $file } 파일에 추가하거나 --write로 추가한 뒤 다시 시작하세요.
cli-mcp-put-into-instead = 또는 { $client } 설정 파일인 { $file } 파일에 아래 내용을 추가하거나 --write로 추가한 뒤 다시 시작하세요.
cli-mcp-put-anywhere = 아래 내용을 클라이언트 설정에 추가한 뒤 다시 시작하세요.
cli-mcp-other-clients = 다른 클라이언트: --client cursor, vscode 또는 json. --client와 --write를 함께 쓰면 클라이언트의 설정 파일에 바로 추가합니다.
cli-mcp-written = 이제 이 설정으로 { $agent } 에이전트의 waiaas를 시작합니다: { $file }
cli-mcp-unchanged = 이미 { $agent } 에이전트의 waiaas를 시작하는 설정이어서 바꾸지 않았습니다: { $file }
cli-mcp-backup = 이전 내용은 여기에 남겨 두었습니다: { $file }
cli-mcp-restart = { $client } 앱을 다시 시작해야 새 설정을 읽습니다.
cli-mcp-config-io = 파일을 바꾸지 못했습니다: { $file }
cli-mcp-config-link = 대상이 없는 심볼릭 링크입니다: { $file }
cli-mcp-config-link-hint = 링크를 고치거나 제거하세요.
cli-mcp-config-no-file = 일반 파일이 아닙니다: { $file }
cli-mcp-config-large = 설정 파일로는 너무 큽니다: { $file }
cli-mcp-config-no-text = UTF-8 텍스트가 아닙니다: { $file }
cli-mcp-config-busy = 쓰려고 할 때마다 다른 프로그램이 파일을 바꾸었습니다: { $file }
cli-mcp-config-busy-hint = { $client } 앱을 닫고 다시 시도하세요.
cli-mcp-config-syntax = 올바른 JSON이 아닙니다: { $file }, { $line }행 { $column }열
cli-mcp-config-shape = 최상위 값이 객체가 아닙니다: { $file }, { $line }행 { $column }열
cli-mcp-config-key-shape = "{ $key }" 값이 객체가 아닙니다: { $file }, { $line }행 { $column }열
cli-mcp-config-lax = 파일에 주석이나 끝 쉼표가 있어 { $client } 프로그램이 파일 전체를 거부할 수 있습니다({ $file }). 서버가 시작되지 않으면 주석과 끝 쉼표를 지우세요.
cli-mcp-config-mend = 먼저 파일을 고치세요. 지금 상태로는 클라이언트도 읽지 못합니다.
cli-mcp-name-of-other-agent = "{ $name }" 항목이 이미 다른 에이전트({ $agent })에 쓰이고 있습니다: { $file }
cli-mcp-name-taken = 이 데이터 디렉터리의 waiaas를 시작하지 않는 "{ $name }" 항목이 이미 있습니다: { $file }
cli-mcp-name-taken-hint = 다른 이름을 지정하세요: --name NAME
cli-mcp-unfinished = 토큰 파일에는 새 토큰이 있지만 데몬이 아직 이를 기록하지 못했습니다. 2분쯤 안에, 또는 데몬이 다시 시작할 때 저절로 마무리됩니다.
cli-mcp-old-still-live = 이전 세션이 아직 종료되지 않았습니다: { $session }. 지금 종료하려면: { $program } session revoke { $session }
cli-mcp-old-had-ended = 이전 세션은 이미 끝난 상태였습니다: { $session }
cli-mcp-wallet-skipped = 제거된 지갑이라 제외했습니다: { $name }
cli-mcp-no-wallet-left = 세션의 지갑이 모두 제거되었습니다
cli-mcp-no-wallet-left-hint = 다른 지갑으로 세션을 만드세요: { $program } mcp setup --agent { $agent } --wallet WALLET
cli-mcp-no-token = 이 데이터 디렉터리에 토큰 파일이 없습니다
cli-mcp-no-token-hint = 세션을 만드세요: { $program } mcp setup
cli-mcp-no-token-of-agent = { $agent } 에이전트의 토큰 파일이 없습니다
cli-mcp-several-tokens = 토큰 파일이 있는 에이전트가 여럿인데 하나를 지정하지 않았습니다
cli-mcp-session-unknown = 토큰 파일의 세션을 데몬이 더 이상 보관하지 않습니다: { $file }
cli-mcp-foreign-token = 토큰 파일의 토큰이 다른 에이전트의 것입니다: { $file }
cli-mcp-setup-hint = 새 세션을 만드세요: { $program } mcp setup --agent { $agent }

# Console

console-moment = { $date } ({ $relative })
console-in = { $span } 후
console-ago = { $span } 전
console-just-now = 방금
console-days = { $count }일
console-hours = { $count }시간
console-minutes = { $count }분
console-seconds = { $count }초
console-never = 없음

console-button-cancel = 취소
console-button-create = 만들기
console-button-new-session = 새 세션
console-button-revoke = 종료
console-button-revoke-now = 네, 종료합니다
console-button-back = 뒤로
console-button-session = { $agent } · { $left } 남음

console-no-agents =
    아직 에이전트가 없습니다.
    waiaas를 실행하는 컴퓨터에서 추가하세요.
    <code>waiaas wallet add WALLET --chain evm --network base --address 0x…</code>
    <code>waiaas agent add AGENT --wallet WALLET</code>
console-no-active-agents = 모든 에이전트가 정지되어 있습니다. 정지 해제(소유자): /agents
console-unknown-agent = ‘{ $name }’ 에이전트가 없습니다. 전체 목록: /newsession
console-unknown-agent-nearest = ‘{ $name }’ 에이전트가 없습니다. 혹시 ‘{ $nearest }’인가요?
console-choose-agent = 어느 에이전트에게 세션을 줄까요?
console-choose-agent-paged = 어느 에이전트에게 세션을 줄까요? ({ $pages }쪽 중 { $page }쪽)
console-grant-title = 새 세션: <b>{ $agent }</b>
console-grant-time =
    { $renewals ->
        [0] { $unit } 동안 유효, 갱신할 수 없음
       *[other] 한 번에 { $unit }씩 유효, 최대 { $renewals }회 갱신
    }
console-absolute-end = 최종 만료: { $when }
console-wallets-line = 지갑: { $wallets }
console-default-wallet = { $name } (기본)
console-limit-per-tx = 거래당 한도: { $amount } (최소 단위)
console-limit-total = 총 한도: { $amount } (최소 단위)
console-limit-transactions = 거래 횟수: 최대 { $count }회
console-limit-operations = 허용 작업: { $list }
console-limit-destinations =
    { $count ->
       *[other] 허용 주소: { $count }개
    }
console-no-limits = 금액·작업·받는 주소 제한 없음
console-creating = 세션을 만드는 중입니다: <b>{ $agent }</b>
console-created-title = ✅ 세션을 만들었습니다: <b>{ $agent }</b>
console-session-line = 세션: <code>{ $session }</code>
console-expires-line = 만료: { $when }
console-renewals-line = 갱신: { $count }/{ $max }
console-token-file-line = 토큰 파일: <code>{ $path }</code>
console-replaced-line = 종료된 이전 세션: <code>{ $session }</code>
console-handover-failed =
    ⚠️ 세션을 만들지 못했습니다: <b>{ $agent }</b>
    토큰 파일을 쓸 수 없어 새 세션을 바로 종료했습니다.
    { $reason }
console-refused = ⚠️ { $message }
console-cancelled = 취소했습니다. 바뀐 것은 없습니다.

console-no-sessions = 활성 세션이 없습니다. 새로 만들기: /newsession
console-sessions-title =
    { $count ->
       *[other] <b>활성 세션 { $count }개</b>
    }
console-sessions-title-paged = <b>활성 세션 { $count }개</b> ({ $pages }쪽 중 { $page }쪽)
console-session-head = <b>{ $agent }</b> · <code>{ $session }</code>
console-session-left = { $bar } { $left } 만료 · 갱신 { $count }/{ $max } · 마지막 사용 { $seen }
console-last-seen-line = 마지막 사용: { $seen }
console-expired-line = 만료됨: { $when }
console-revoked-line = 종료됨: { $when } · { $by }
console-ask-revoke =
    이 세션을 종료할까요? <b>{ $agent }</b> · <code>{ $session }</code>
    에이전트는 다음 요청부터 접근할 수 없습니다. 되돌릴 수 없습니다.
console-revoked-by = <b>{ $agent }</b> · <code>{ $session }</code>: 종료됨 ({ $by }, { $hour })
console-rejected-by = <b>{ $agent }</b> · <code>{ $session }</code>: 갱신이 거부되어 종료됨 ({ $by }, { $hour })
console-ambiguous-session = 이렇게 시작하는 세션이 여러 개입니다: ‘{ $id }’. 더 길게 쓰거나 목록에서 고르세요: /sessions
console-unknown-session = ‘{ $id }’ 세션이 없습니다. 활성 세션: /sessions

console-status-title = <b>waiaas { $version }</b>, 가동 시간 { $uptime }
console-status-sessions = 활성 세션: { $count }개
console-status-next = 다음 만료: { $when }
console-status-outbox = 보낼 메시지: 대기 { $waiting }개, 포기 { $dead }개
console-status-channel = { $channel }: { $state }
console-status-channel-problem = { $channel }: { $state } – { $problem }
console-status-kill-switch-on = 긴급 차단: <b>켜짐</b>, { $by }, { $when }
console-status-kill-switch-off = 긴급 차단: 꺼짐
console-status-frozen =
    ⚠️ 데이터베이스가 예전 사본으로 복원되어 모든 세션이 동결되어 있습니다. 동결: { $when }
    컴퓨터에서 확인하세요: <code>waiaas db confirm-restore</code>

console-kill-switch-ask =
    <b>긴급 차단을 켤까요?</b>
    멈추는 에이전트: { $agents }개
    멈추는 활성 세션: { $sessions }개
    다음 요청부터 모든 에이전트가 거부됩니다. 갱신과 클레임 코드 사용도 거부되며, 새 세션을 만들 수 없습니다.
    세션은 종료되지 않지만 시간은 계속 흐르며, 지나간 시간은 돌려받을 수 없습니다.
    해제는 컴퓨터에서만 할 수 있습니다: <code>waiaas killswitch off</code>
console-kill-switch-is-on =
    🚨 긴급 차단이 <b>켜져</b> 있습니다. 에이전트의 요청을 모두 거부합니다. { $by }, { $when }
    해제는 컴퓨터에서만 할 수 있습니다: <code>waiaas killswitch off</code>
console-button-kill-switch = 네, 모두 멈춥니다
console-agents-title =
    { $count ->
       *[other] <b>에이전트 { $count }개</b>
    }
console-agents-title-paged = <b>에이전트 { $count }개</b> ({ $pages }쪽 중 { $page }쪽)
console-agent-summary = <b>{ $agent }</b> · { $state } · 활성 세션 { $count }개
console-agent-head = 에이전트: <b>{ $agent }</b>
console-agent-state-line = 상태: { $state }
console-agent-active = 활동 중
console-agent-suspended = 정지됨
console-agent-terminated = 제거됨
console-agent-no-wallets = 지갑이 없습니다. 컴퓨터에서 추가하세요: <code>waiaas agent wallet add AGENT WALLET</code>
console-agent-defaults-title = 새 세션의 조건:
console-button-suspend = 정지
console-button-resume = 정지 해제
console-button-undo = 되돌리기
console-agent-suspended-by =
    { $count ->
        [0] ⏸ <b>{ $agent }</b>: 정지됨 ({ $by }, { $hour }). 다음 요청부터 거부됩니다.
       *[other] ⏸ <b>{ $agent }</b>: 정지됨 ({ $by }, { $hour }). 다음 요청부터 거부됩니다. 활성 세션 { $count }개의 시간은 계속 흐릅니다.
    }
    { $minutes }분 안에는 되돌릴 수 있습니다. 그 뒤에는 소유자가 /agents에서 정지를 해제할 수 있습니다.
console-agent-resumed-by = ▶️ <b>{ $agent }</b>: 정지 해제됨 ({ $by }, { $hour }). 다시 활동할 수 있습니다.
console-agent-suspension-undone = ▶️ <b>{ $agent }</b>: 정지를 되돌림 ({ $by }, { $hour }). 다시 활동할 수 있습니다.

console-button-change = 바꾸기
console-button-renewals =
    { $count ->
        [0] 갱신 없음
       *[other] 갱신 { $count }회
    }
console-button-refresh = 새로 고침
console-button-audit = 감사 기록
console-session-recent = 최근 기록:
console-no-wallets =
    아직 지갑이 없습니다.
    waiaas를 실행하는 컴퓨터에서 추가하세요.
    <code>waiaas wallet add WALLET --chain evm --network base --address 0x…</code>
console-wallets-title =
    { $count ->
       *[other] <b>지갑 { $count }개</b>
    }
console-wallets-title-paged = <b>지갑 { $count }개</b> ({ $pages }쪽 중 { $page }쪽)
console-wallet-summary = <b>{ $wallet }</b> · { $chain } · { $network }
console-wallet-address = 주소: <code>{ $address }</code>
console-wallet-users = 사용하는 에이전트: { $agents }
console-wallet-unused = 사용하는 에이전트가 없습니다. 컴퓨터에서 추가하세요: <code>waiaas agent wallet add AGENT WALLET</code>
console-wallet-terminated = 제거된 지갑입니다. 이 지갑을 쓸 수 있는 세션은 없습니다.
console-page = ({ $pages }쪽 중 { $page }쪽)
console-audit-title = <b>감사 기록</b>
console-audit-title-agent = <b>감사 기록: { $agent }</b>
console-audit-none = 아직 기록이 없습니다.
console-audit-unknown-agent = ‘{ $name }’ 에이전트가 없습니다. 전체 목록: /agents
console-audit-when = { $when } · { $by }
console-audit-brief = • { $when }: { $what } ({ $by })
console-audit-by-agent = 에이전트
audit-session-created = 세션 생성
audit-session-renewed = 세션 갱신 { $count }회차
audit-session-revoked = 세션 종료: { $why }
audit-session-expired = 세션 만료
audit-sessions-purged = 오래된 세션 삭제: { $count }개
audit-session-delivered = 토큰 파일 작성
audit-session-wallet-linked = 세션에 지갑 추가: { $wallet }
audit-session-wallet-unlinked = 세션에서 지갑 제외: { $wallet }
audit-session-default-wallet-changed = 세션의 기본 지갑 변경: { $wallet }
audit-token-reused = 이전 토큰 사용: { $from }
audit-token-reuse-acknowledged = 이전 토큰을 본인이 사용한 것으로 확인
audit-agent-created = 에이전트 추가
audit-agent-suspended = 에이전트 정지
audit-agent-resumed = 에이전트 정지 해제
audit-agent-terminated = 에이전트 제거
audit-agent-defaults-changed = 기본 제한 변경
audit-agent-wallet-linked = 앞으로의 세션에 지갑 추가: { $wallet }
audit-agent-wallet-unlinked = 앞으로의 세션에서 지갑 제외: { $wallet }
audit-agent-default-wallet-changed = 앞으로의 세션의 기본 지갑 변경: { $wallet }
audit-wallet-created = 지갑 추가: { $wallet }
audit-wallet-terminated = 지갑 제거: { $wallet }
audit-kill-switch-activated = 긴급 차단 켜짐
audit-kill-switch-recovered = 긴급 차단 꺼짐
audit-keys-rotated = 서명 키 교체
audit-database-restore-frozen = 복원된 데이터베이스 발견, 모든 세션 동결
audit-database-restore-confirmed = 복원된 데이터베이스 확인
audit-pairing-code-created = 연결 코드 생성
audit-claim-code-issued = 클레임 코드 생성
audit-session-claimed = 코드로 세션 수령: { $from }
audit-claim-reused = 이미 쓰인 클레임 코드 재시도: { $from }
audit-claim-refused = 틀린 클레임 코드: { $from }
audit-operator-paired = 콘솔 사용 허용: { $user }
audit-operator-removed = 콘솔 사용 해제: { $user }
audit-pairing-refused = 틀린 연결 코드: { $user }
audit-role-refused = 역할 부족으로 거부: { $user }
audit-console-refused = 권한 없는 사용자 거부: { $user }
audit-notification-dead-lettered = 알림 전송 포기: { $why }

console-help =
    <b>여기서 할 수 있는 일</b>
    /newsession [에이전트] – 에이전트에게 세션 주기
    /sessions – 활성 세션과 자세한 내용 보기
    /revoke [ID] – 세션 종료
    /agents – 에이전트와 자세한 내용 보기
    /wallets – 지갑과 주소, 사용하는 에이전트 보기
    /audit [에이전트] – 감사 기록 보기
    /status – waiaas 상태
    /killswitch – 모든 에이전트 멈추기
    /notify – 받을 알림, 방해 금지 시간, 시간대
    /language – 한국어 또는 English
    /whoami – 설정에 쓸 내 ID
    /help – 이 목록
    나머지 명령어는 컴퓨터에서 볼 수 있습니다: <code>waiaas --help</code>
console-greeting = 안녕하세요, { $name } 님. 이 채팅은 연결되어 있습니다.
console-hint = 명령어만 이해할 수 있습니다. 명령어 보기: /help
console-whoami-user = 사용자: <code>{ $id }</code>
console-whoami-chat = 채팅: <code>{ $id }</code>
console-whoami-topic = 주제: <code>{ $id }</code>
console-whoami-paired = 연결된 채팅입니다. 역할: { $role }
console-whoami-group = 연결된 사용자입니다. 역할: { $role }
console-whoami-stranger = 연결되지 않은 채팅입니다. waiaas를 실행하는 컴퓨터에서 연결하세요: <code>waiaas pair</code>
console-paired = ✅ 연결되었습니다. 역할: { $role }. 세션이 시작되고 갱신되고 끝날 때 여기로 알려 드립니다.
console-already-paired = 이미 연결된 채팅입니다. 역할: { $role }. 이 코드는 더 쓸 수 없습니다.
console-pairing-refused = 쓸 수 없는 코드입니다. 틀렸거나, 이미 쓰였거나, 기한이 지났습니다. 컴퓨터에서 새로 만드세요: <code>waiaas pair</code>
console-pairing-too-many = 틀린 코드가 너무 많습니다. 한 시간 뒤에 새 코드로 다시 시도하세요: <code>waiaas pair</code>
console-refusal = 비공개 봇입니다. 내 ID 보기: /whoami
console-refusal-group = 이 봇은 연결된 사용자에게만 응답합니다.
console-code-in-group = 코드는 다른 사람이 볼 수 없는 봇과의 개인 채팅에서 보내세요. 이 코드는 쓰지 않았습니다. 여기 있는 다른 사람이 보았을 수 있으니 컴퓨터에서 새로 만드세요: <code>waiaas pair</code>
console-toast-not-yours = 이 버튼을 누를 권한이 없습니다.
console-toast-used = 이미 처리된 버튼입니다.
console-toast-expired = 기한이 지난 버튼입니다.
console-toast-claim-in-group = 클레임 코드는 비밀이고, 여기서는 다른 사람도 보게 됩니다. 봇과의 개인 채팅에서 /newsession을 보내세요.
console-reuse-acknowledged = <b>{ $agent }</b> · <code>{ $session }</code>: 본인의 사용으로 확인됨 ({ $by }, { $hour }). 세션은 유지됩니다.

console-menu-newsession = 에이전트에게 세션 주기
console-menu-sessions = 활성 세션
console-menu-revoke = 세션 종료
console-menu-agents = 에이전트
console-menu-wallets = 지갑
console-menu-audit = 감사 기록
console-menu-killswitch = 모든 에이전트 멈추기
console-menu-status = waiaas 상태
console-menu-help = 할 수 있는 일
console-menu-start = 코드로 연결
console-menu-whoami = 내 ID
console-menu-notify = 받을 알림과 시간
console-menu-language = 한국어 또는 English

# What each reader chooses

console-role-viewer = 열람자
console-role-operator = 운영자
console-role-owner = 소유자
console-role-refusal = 지금 역할로는 할 수 없습니다. 필요한 역할: { $role }. 할 수 있는 일: /help
console-toast-role = 지금 역할로는 할 수 없습니다. 필요한 역할: { $role }
console-next-issue = 세션 주기: /newsession · 나머지: /help
console-next-look = 활성 세션: /sessions · 나머지: /help
console-no-sessions-look = 활성 세션이 없습니다.
console-notify-title = <b>여기로 받을 알림</b>
console-notify-legend = 🔔 소리로 알림 · 🔕 소리 없이 알림 · 🚫 받지 않음. 누르면 바뀝니다. 권한이 늘거나 누군가의 콘솔 사용 권한이 제거될 때는 항상 알려 드립니다.
console-notify-critical = 🚨 긴급 알림은 언제든 소리와 함께 도착합니다.
console-notify-quiet = 방해 금지 시간: { $from }–{ $to }. 알림을 미루지 않고 소리만 끕니다.
console-notify-no-quiet = 방해 금지 시간: 없음
console-notify-summary = 하루 요약: 매일 { $at }
console-notify-no-summary = 하루 요약: 받지 않음
console-notify-ask-summary = 지난 24시간 요약을 몇 시에 받을까요? 매일 보내 드립니다.
console-button-summary = 하루 요약
console-button-no-summary = 요약 받지 않기
console-notify-zone = 시간대: { $zone }, 현재 { $hour }
console-notify-ask-from = 방해 금지 시간을 언제 시작할까요? 매일 적용됩니다.
console-notify-ask-to = 방해 금지 시작: { $from }. 언제 끝낼까요?
console-notify-ask-zone =
    어느 시간대를 쓸까요? 날짜와 방해 금지 시간에 적용됩니다.
    목록에 없으면 이름을 보내세요. 예: <code>/notify America/Lima</code>
console-notify-unknown-zone = ‘{ $name }’ 시간대가 없습니다. 이렇게 쓰세요: <code>/notify Asia/Seoul</code>
console-button-quiet-hours = 방해 금지 시간
console-button-no-quiet = 방해 금지 없음
console-button-time-zone = 시간대
notify-session-created = 새 세션
notify-session-claimed = 다른 컴퓨터에서 세션을 받음
notify-session-renewed = 세션 갱신
notify-session-renewal-rejected = 갱신 거부
notify-session-revoked = 세션 종료
notify-session-expiring-soon = 곧 끝나는 세션
notify-session-expired = 세션 만료
notify-kill-switch-recovered = 긴급 차단 꺼짐
notify-operator-removed = 사용자 제거
notify-power-added = 늘어난 권한: 사람, 키, 제한
console-summary-title = ☀️ <b>지난 24시간</b>
console-summary-sessions = 세션: 사용 중 { $live }개 · 새로 만듦 { $created }개 · 종료 { $revoked }개 · 만료 { $expired }개
console-summary-renewals = 갱신: { $count }회
console-summary-next-expiry = 가장 먼저 갱신하거나 만료될 세션: <b>{ $agent }</b>, { $when }
console-summary-next-end = 가장 먼저 완전히 끝날 세션: <b>{ $agent }</b>, { $when }
console-summary-nothing-unusual = 특이 사항이 없습니다.
console-summary-kill-switch = 🛑 긴급 차단이 켜져 있습니다.
console-summary-reused = 🚨 이미 쓴 토큰이나 클레임 코드가 다시 쓰인 일이 { $count }건 있습니다. /audit에서 확인하세요.
console-summary-refused = ⛔ 권한이 없는 시도를 { $count }건 거부했습니다. /audit에서 확인하세요.
console-summary-given-up = 📭 전달하지 못한 알림이 { $count }건 있습니다. 데몬이 있는 컴퓨터에서 확인하세요: <code>waiaas notify log</code>
console-language-ask = 어느 언어로 보낼까요? 다른 사람에게는 영향이 없습니다.
console-language-chosen = 이제 알림과 메뉴를 포함해 모두 한국어로 보내 드립니다.

# Alerts

alert-created =
    🆕 새 세션: <b>{ $agent }</b> · <code>{ $session }</code>
    만든 곳: { $source }
alert-source-telegram = 텔레그램
alert-source-machine = 컴퓨터
alert-renewed =
    🔄 세션 갱신 { $count }/{ $max }: <b>{ $agent }</b> · <code>{ $session }</code>
    만료: { $expires }
    최종 만료까지: { $left }
    예상하지 못한 갱신이면 { $until }까지 거부하세요. 거부하면 세션이 종료됩니다.
alert-button-reject = 거부
alert-renewal-rejected =
    🛑 갱신 거부 { $count }/{ $max }: <b>{ $agent }</b> · <code>{ $session }</code>
    세션이 종료되었습니다. { $by }, { $when }
alert-revoked =
    ⏹ 세션 종료: <b>{ $agent }</b> · <code>{ $session }</code>
    { $by }, { $when }
    이유: { $why }
alert-reason-manual = 직접 종료함
alert-reason-renewal-rejected = 갱신이 거부됨
alert-reason-replaced = 새 세션이 토큰 파일을 이어받음
alert-reason-handover-failed = 토큰 파일을 쓸 수 없었음
alert-reason-token-reused = 이전 토큰이 다시 사용됨
alert-reason-agent-terminated = 에이전트가 제거됨
alert-reason-wallet-terminated = 마지막 지갑이 제거됨
alert-reason-kill-switch = 긴급 차단으로 모든 세션을 종료함
alert-reason-keys-revoked = 서명 키를 폐기함
alert-expiring-soon =
    ⏳ 곧 끝나는 세션: <b>{ $agent }</b> · <code>{ $session }</code>
    { $cause }
    토큰 만료: { $expires }
    최종 만료: { $absolute }
    남은 갱신: { $left }/{ $max }
alert-cause-near-end = 남은 갱신 횟수나 시간이 얼마 없습니다.
alert-cause-agent-stopped = 에이전트가 갱신을 멈췄습니다.
alert-expired =
    ⌛ 세션 만료: <b>{ $agent }</b> · <code>{ $session }</code>
    { $when }
    마지막 사용: { $seen }
alert-token-reused =
    🚨 이전 토큰이 사용되었습니다: <b>{ $agent }</b> · <code>{ $session }</code>
    { $from }, { $when }
    토큰이 복사되었을 수 있습니다. 본인이 한 일이 아니면 세션을 종료하세요.
alert-token-reused-ended =
    🚨 이전 토큰이 사용되었습니다: <b>{ $agent }</b> · <code>{ $session }</code>
    { $from }, { $when }
    토큰이 복사되었을 수 있어 세션을 바로 종료했습니다.
alert-button-mine = 본인이 사용함
alert-kill-switch-activated =
    { $count ->
        [0] 🚨 <b>긴급 차단이 켜졌습니다.</b> 에이전트의 요청을 모두 거부합니다. { $by }, { $when }
       *[other] 🚨 <b>긴급 차단이 켜졌습니다.</b> 에이전트의 요청을 모두 거부하고 세션 { $count }개를 종료했습니다. { $by }, { $when }
    }
alert-kill-switch-recovered = 🟢 긴급 차단이 꺼졌습니다. 에이전트가 다시 활동할 수 있습니다. { $by }, { $when }
alert-database-frozen =
    🚨 데이터베이스가 waiaas의 기록보다 오래되었습니다. 종료된 세션이 되살아나지 않도록 모든 세션을 동결했습니다.
    { $when }
    백업을 복원했다면 컴퓨터에서 확인하세요: <code>waiaas db confirm-restore</code>
alert-power-added =
    🔑 { $what } { $subject }
    { $by }, { $when }. 본인이 한 일이 아니면 컴퓨터를 확인하세요.
alert-channel-test =
    🧪 <b>{ $channel }</b> 테스트 알림입니다. 알림은 이렇게 도착합니다. 실제로 일어난 일은 없습니다.
    요청: { $by }, { $when }
alert-channel-telegram = 텔레그램
alert-channel-discord = 디스코드
alert-channel-ntfy = ntfy
alert-by-daemon = waiaas
alert-by-machine = 컴퓨터
alert-by-pairing-code = 연결 코드
alert-by-configuration = 설정 파일
alert-power-signing-key = 새 서명 키:
alert-power-agent-limits = 기본 제한이 바뀐 에이전트:
alert-power-agent-resumed = 정지가 해제된 에이전트:
alert-power-agent-wallet = 앞으로의 세션에 쓸 지갑:
alert-power-session-wallet = 활성 세션에 추가된 지갑:
alert-power-pairing-code = 연결 코드가 만들어졌습니다. 이 코드를 봇에게 보내면 콘솔을 쓸 수 있습니다.
alert-operator-removed = 👤 { $name } 님은 이제 이 콘솔을 쓸 수 없습니다. { $by }, { $when }
alert-power-viewer = 이 콘솔을 볼 수 있게 된 사람 (열람자):
alert-power-operator = 이 콘솔을 쓸 수 있게 된 사람 (운영자):
alert-power-owner = 이 콘솔의 모든 권한을 갖게 된 사람 (소유자):
alert-power-restored-database = 복원된 데이터베이스를 다시 사용합니다.

# Demo

demo-owner = 방문자
demo-introduction =
    채팅:          { $page }
    데이터:        { $dir }
    에이전트 포트: { $door }
    데몬의 시계는 실제보다 { $speed }배 빠릅니다. 규칙은 그대로입니다.

    해 볼 만한 것은 채팅 옆에 나와 있습니다:
      /newsession: trader를 누르고 바꾸기나 만들기를 누르면 에이전트가 토큰 파일을 찾아 일을 시작합니다.
      /newsession: scout를 누르고 다른 컴퓨터용을 누르면 코드가 나옵니다. 그 코드를 scout에게 건네주세요.
      /agents(정지와 되돌리기), /notify, /language, /killswitch, /wallets, /audit
      잠시 기다리면 watcher가 알림과 함께 세션을 갱신하다가 갱신 횟수를 다 씁니다.
      /sessions: 세션을 고르고 종료를 누른 뒤 확인하면 에이전트의 바로 다음 요청이 거부됩니다.
    다른 터미널에서 해 보세요:
      { $program } --data-dir { $dir } session list

    Ctrl-C를 누르면 데모가 끝납니다.
demo-browser-opened = 브라우저에서 채팅을 열었습니다.
demo-open-it = 이 컴퓨터의 브라우저에서 위 채팅 주소를 여세요.
demo-closing = 멈추는 중…
demo-removed = 멈췄고, 데이터 디렉터리를 지웠습니다.
demo-kept = 멈췄고, 데이터 디렉터리를 남겼습니다: { $dir }
demo-visit-complete = 방문을 끝까지 마쳤습니다.

demo-fact-time = { $minutes }분이 지납니다
demo-fact-token-file = { $path }: 권한 { $mode }, 그 토큰으로 GET /v1/session: 200, 에이전트 { $agent }, 지갑 { $wallets }
demo-fact-old-token = 갱신 전 토큰으로 GET /v1/session: { $code }
demo-fact-limit = 한 번 더 갱신: RENEWAL_LIMIT_REACHED, 토큰은 만료될 때까지 쓸 수 있습니다
demo-fact-revoked = { $agent }의 다음 요청: SESSION_REVOKED
demo-fact-audit = 감사 기록 { $entries }건의 사슬이 온전합니다

demo-note-title = 해 볼 만한 것
demo-note-clock = 데몬의 시계는 실제보다 { $speed }배 빠르므로, 메시지 속 시각이 앞서 갑니다.
demo-note-waiting = `{ $agent }`: 토큰이 없습니다. `/newsession`을 보내고 이름을 누르세요.
demo-note-working = `{ $agent }`: 세션 `{ $session }`, 일하는 중, 갱신 { $count }/{ $max }, 토큰 만료 { $time } UTC.
demo-note-token-file = 토큰 파일: `{ $path }`, 권한 `{ $mode }`.
demo-note-last-unit = 더는 갱신할 수 없습니다: `{ $code }`. 토큰은 만료될 때까지 쓸 수 있습니다.
demo-note-ended = `{ $agent }`: 거부되어(`{ $code }`) 다른 토큰을 기다립니다.
demo-note-troubled = `{ $agent }`: 다시 시도합니다: “{ $reason }”
demo-note-agents = 에이전트가 하는 일
demo-note-waiting-elsewhere = `{ $agent }`: 다른 컴퓨터에 있고 토큰이 없습니다. 클레임 코드를 기다립니다.
demo-note-stopped = `{ $agent }`: 긴급 차단이 켜져 있어 거부됩니다. 해제되면 세션이 이어집니다.
demo-note-suspended = `{ $agent }`: 정지되어 거부됩니다.
demo-lift-kill-switch = 긴급 차단이 켜졌습니다. 휴대폰으로는 해제할 수 없습니다. 다른 터미널에서 해제하세요: { $program } --data-dir { $dir } killswitch off
demo-field-label = scout에게 줄 코드
demo-field-button = 건네주기
demo-claim-none = 같은 코드를 두 번 쓰면 거부되고 경보가 옵니다.
demo-claim-done = scout가 토큰을 받았습니다. 같은 코드를 한 번 더 건네주고 경보를 확인하세요.
demo-claim-no-code = 클레임 코드가 아니어서 아무것도 보내지 않았습니다. 채팅에서 다시 복사하세요.
demo-claim-refused = 데몬이 코드를 거부했습니다: `{ $code }`
demo-claim-failed = 코드를 쓰지 못했습니다. 자세한 내용은 터미널에 있습니다.
demo-try-session = `/newsession`, trader: 바꾸기로 갱신 횟수를 바꾼 뒤 만들기를 누르세요.
demo-try-claim = `/newsession`, scout, ‘다른 컴퓨터용’: 파일 대신 코드가 나옵니다. 코드를 눌러 복사하고 { $seconds }초 안에 건네주세요.
demo-try-agents = `/agents`, trader: 정지하고 시간 안에 되돌려 보세요.
demo-try-notify = `/notify`: 알림 하나를 소리 없이 바꾸고 방해 금지 시간을 정해 보세요.
demo-try-language = `/language`: 영어로 바꿨다가 되돌려 보세요. 메뉴와 알림도 바뀝니다.
demo-try-kill-switch = `/killswitch`: 모든 에이전트가 다음 요청부터 거부됩니다. 해제는 컴퓨터에서만 할 수 있습니다(아래 참고).
demo-try-look = `/sessions`, `/wallets`, `/audit`, `/status`: 누가 무엇을 할 수 있고 누가 무엇을 했는지 봅니다. 세션은 언제든 종료할 수 있습니다.
demo-fact-claimed = 다른 컴퓨터에서 코드를 써서 토큰을 받음: { $agent }
demo-fact-claim-refused = 같은 코드를 한 번 더: { $code }
demo-fact-suspended = { $agent }의 다음 요청: 정지되어 거부됨
demo-fact-goes-on = { $agent }: 다시 일하는 중
demo-fact-stopped = { $agent }의 다음 요청: 긴급 차단으로 거부됨
demo-fact-lifted = 컴퓨터에서: waiaas killswitch off
demo-note-machine = 터미널에서
demo-note-lift = `{ $program } --data-dir { $dir } killswitch off`: 긴급 차단을 해제합니다.
demo-note-claim = `{ $program } mcp claim CODE --base-url { $url } --data-dir { $dir }`: 위 칸처럼 scout의 컴퓨터에서 코드를 씁니다.
demo-note-door = 에이전트 포트: `{ $url }`
demo-note-terminal = `{ $program } --data-dir { $dir } session list`: 세션 목록을 봅니다. 나머지 명령어: `{ $program } --help`

# waiaas mcp
cli-mcp-head-lock = 잠금
cli-mcp-head-mode = 권한
cli-mcp-head-next-renewal = 다음 갱신
cli-mcp-head-pending = 갱신 키
cli-mcp-head-refused = 거부 이유
cli-mcp-head-session = 세션
cli-mcp-serve-listen = 데몬이 { $listen } 주소에서 수신 대기하고 있습니다. 세션 토큰은 이 주소로 암호화 없이 보내지 않습니다.
cli-mcp-serve-listen-hint = 앞단 TLS 프록시의 주소를 지정하세요: --base-url https://…
cli-mcp-serve-terminal = 이 명령은 MCP 클라이언트가 실행하여 JSON-RPC로 통신합니다. 여기에 직접 입력해도 동작하지 않습니다. 끝내려면 Ctrl-D를 누르고, 클라이언트를 연결하려면 `waiaas mcp setup`을 실행하세요.
cli-mcp-status-daemon-problem = 데몬 쪽 정보는 없습니다: { $problem }
cli-mcp-status-locked = 지금 다른 프로세스가 사용 중
cli-mcp-status-no-renewal = 없음: 더는 갱신되지 않음
cli-mcp-status-none = { $dir }에 토큰 파일이 없습니다. `waiaas mcp setup`을 실행하거나 봇에게 /newsession을 보내세요.
cli-mcp-status-pending-begun = 시작된 갱신의 키이며, MCP 서버가 마무리함
cli-mcp-status-pending-foreign = 다른 토큰의 키이며, MCP 서버가 제거함
cli-mcp-status-pending-none = 없음, 진행 중인 갱신 없음
cli-mcp-status-pending-refused = 거부됨, `waiaas doctor`를 실행하세요
cli-mcp-status-unlocked = 사용 중 아님

# 클레임 코드

console-button-another-machine = 다른 컴퓨터용
console-claim-title = 🎟 다른 컴퓨터에서 받아 갈 세션: <b>{ $agent }</b>
console-claim-code =
    코드: <code>{ $code }</code>
    { $span } 동안 한 번만 유효 ({ $hour }까지)
console-claim-command = 그 컴퓨터에서: <code>waiaas mcp claim { $code } --base-url https://…</code>
console-claim-warning = 이 코드를 가진 사람은 누구나 에이전트로 행세할 수 있습니다. 두 번째 시도가 있으면 경보를 보냅니다.
console-claim-used =
    ✅ 다른 컴퓨터에서 세션을 받아 갔습니다: <b>{ $agent }</b> · <code>{ $session }</code>
    { $hour }, { $from }
console-claim-ran-out =
    ⌛ 코드가 제때 쓰이지 않아 세션을 종료했습니다.
    <b>{ $agent }</b> · <code>{ $session }</code>
alert-claimed =
    🎟 코드로 세션을 받아 갔습니다: <b>{ $agent }</b> · <code>{ $session }</code>
    { $from }, { $when }
    예상하지 못한 일이면 세션을 종료하세요.
alert-claim-reused =
    🚨 같은 클레임 코드를 다시 쓰려는 시도가 있었습니다: <b>{ $agent }</b> · <code>{ $session }</code>
    { $from }, { $when }
    처음 쓰인 곳: { $first }, { $before }
    둘 중 하나라도 본인의 에이전트가 아니라면 코드가 새어 나간 것입니다. 세션을 종료하세요.
alert-reason-claim-expired = 클레임 코드가 쓰이지 않음
cli-session-claim-once = 코드는 지금 한 번만 표시되며 { $until }까지 한 번만 쓸 수 있습니다. 이 코드를 가진 사람은 누구나 에이전트로 행세할 수 있습니다:
cli-session-claim-command = 다른 컴퓨터에서 이 데몬에 닿는 주소로 실행하세요: waiaas mcp claim CODE --base-url https://…
cli-mcp-claim-again-hint = 같은 명령을 다시 실행하세요. 코드가 유효한 동안은 멈춘 곳에서 이어집니다.
cli-mcp-claim-done =
    세션 { $session } ({ $agent })
    토큰 만료 { $expires }
    토큰 파일 { $file }
cli-mcp-claim-former = 이 파일에는 다른 세션이 있었습니다: { $session }. 만료되거나 소유자가 종료할 때까지 유효합니다: waiaas session revoke { $session }
cli-mcp-claim-invalid = 코드를 쓸 수 없습니다. 틀렸거나, 이미 쓰였거나, 기한이 지났습니다.
cli-mcp-claim-invalid-hint = 소유자에게 새 코드를 요청하세요. 여기서 쓴 적이 없는 코드라면 다른 사람이 썼을 수 있으니 소유자에게 알리세요.
cli-mcp-claim-mistyped = 클레임 코드가 아닙니다.
cli-mcp-claim-mistyped-hint = 소유자가 받은 코드를 다시 복사하세요. 아직 어디에도 보내지 않았습니다.
cli-mcp-claim-not-stored = 코드는 쓰였지만 토큰을 저장하지 못했습니다.
cli-mcp-claim-serve = 에이전트의 MCP 클라이언트가 이 명령을 실행하게 하세요:
cli-mcp-claim-unreachable = 데몬이 응답하지 않았습니다: { $url }
cli-mcp-claim-unused-hint = 코드는 보내지 않았으므로 아직 쓸 수 있습니다.
cli-mcp-claim-unwritable = 이곳에는 토큰을 저장할 수 없습니다.

# Channels, and who does what

cli-by-machine = 컴퓨터 { $user }
channel-telegram = 텔레그램
channel-discord = Discord
channel-ntfy = ntfy
channel-state-off = 꺼짐
channel-state-starting = 시작하는 중
channel-state-ok = 정상
channel-state-conflict = 충돌
channel-state-undelivered = 전달 안 됨
channel-state-unauthorized = 거부됨
channel-state-unreachable = 연결 안 됨
channel-state-standby = 대기 중(같은 데이터베이스를 쓰는 다른 데몬이 담당)
