"""Every bound of the node (上限): bodies, queues, pages, retries and waits, named in one place.

Units are in the names: _S seconds, _B bytes, _ROWS rows.  Nothing in the node waits, buffers
or repeats without one of these.
"""

# what comes in over HTTP
LOCAL_BODY_B = 256 << 10
WIRE_BODY_B = 1 << 20
ANSWER_BODY_B = 8 << 20
HEADER_B = 32 << 10
HEAD_S = 10.0
BODY_READ_S = 10.0
BODY_GRACE_S = 3.0
BODY_RATE_BS = 1024.0
HALF_READ = 256
HALF_READ_AN_ADDRESS = 32
IN_FLIGHT = 256
OWN_IN_FLIGHT = 256
CONNECTIONS = 2048
OWN_CONNECTIONS = 128
LISTEN_QUEUE = 512
KEEP_ALIVE_S = 30
STOP_S = 10

# what goes out over HTTP
PEER_CONNECT_S = 3.0
PEER_ANSWER_S = 20.0
PARCEL_FETCH_S = 120.0
CENTER_ANSWER_S = 15.0
PEER_CONNECTIONS = 64

# replay and time
CREATED_WINDOW_S = 300
REPLAY_KEPT_S = 2 * CREATED_WINDOW_S
REPLAY_SWEEP_S = 5  # messages seen long ago are swept out in one second of so many

# directory
DIRECTORY_EVERY_S = 30.0
DIRECTORY_B = 32 << 20
STATUS_EVERY_S = 30.0

# reading a department's database
STATEMENT_S = 5.0
RUN_STATEMENT_S = 600.0
LOCK_WAIT_S = 4.0
SOURCE_CONNECTIONS = 4
READ_BATCH_B = 4 << 20  # larger ones cost page faults, smaller ones calls
ANSWER_ROWS = 1000

# batches
PARCEL_ROWS = 65_536
PIECE_ROWS = 16_384  # read, shaped and hashed at a time: small enough for caches, and for memory
PARCEL_B = 32 << 20
PARCEL_KEPT_S = 72 * 3600
OPEN_RUNS = 16
RUN_WAIT_S = 10.0
READ_AHEAD = 2  # pieces made while another is used
READ_AHEAD_LOOK_S = 0.2  # how often their maker looks whether it is still wanted
QUARANTINE_ROWS = 10_000
QUARANTINE_FREE = 100  # so many rows may always be put aside
QUARANTINE_PERCENT = 20  # of a run's rows beyond those
RUN_TRIES = 60
RUN_RESTARTS = 2  # new runs that one pull opens by itself when snapshot or parcel was lost
RUNS_SHOWN = 50
RUNS_KEPT_SHOWN = 500
RESUME_EVERY_S = 2.0

# increments: what a source without a transaction horizon reads again, and how far a horizon may lie back
OVERLAP = 3600  # seconds of a time, units of a number
HORIZON_AGE = 1 << 30
MARK_CHARS = 128

# schedules
SCHEDULE_TICK_S = 2.0
REALTIME_POLL_S = 300.0
RETRY_FIRST_S = 60.0
RETRY_MAX_S = 3600.0
FULL_EVERY_DAYS = 7
FETCH_ATTEMPTS = 5

# the journal thread: records and state become durable in groups
GROUP = 1000
GROUP_WAIT_S = 0.004  # a busy journal waits as long as its last commit took, at most this, for more steps
JOURNAL_QUEUE = 4096

# receipts to the center
RECEIPTS_A_BATCH = 200
RECEIPTS_EVERY_S = 5.0
BACKOFF_FIRST_S = 1.0
BACKOFF_MAX_S = 60.0

# what is remembered for "why did this fail"
REFUSALS_KEPT = 1000
REFUSALS_SHOWN = 20
TEXT_CHARS = 200

# joining
JOIN_POLL_S = 2.0

# the command line waits for a pull
PULL_WAIT_S = 3600.0

# origins and their pinned keys kept in memory
PINS_KEPT = 1024

# compiled statements and parsed bindings kept in memory
PLANS_KEPT = 256

# the desk: pages for the department's own people
PERSON_DAYS = 30  # how long a sign-in link holds if nobody says otherwise
SESSION_S = 8 * 3600
SESSIONS_A_PERSON = 16
ENTER_TRIES = 10  # wrong links from one address within ENTER_WINDOW_S, then it waits
ENTER_WINDOW_S = 300
ENTER_ADDRESSES = 1024
UPLOAD_BODY_B = 8 << 20
FORM_FIELDS = 600
DESK_ROWS = 50  # rows on one page of a list
DESK_RECORDS_KEPT = 100_000

# spreadsheets
SHEET_FILE_B = 64 << 20  # on the command line; a page takes UPLOAD_BODY_B
SHEET_UNPACKED_B = 256 << 20
SHEET_ROWS = 1_000_000
SHEET_COLUMNS = 500
HEADER_ROWS = 10  # how far down a header is looked for
CELL_CHARS = 10_000
BAD_ROWS_KEPT = 10_000

# a center restored from a backup has forgotten receipts: those of the newest so many records are kept to be sent again
SENT_RECORDS_KEPT = 200_000
RESEND_MARGIN = 10_000  # and as many before the last head it remembers, for a batch cut in two
