-- Who works with Wanmi: departments as a tree, duty grids, accounts with their sessions and tokens,
-- and the log of what was done. The log is added to and never rewritten.

CREATE TABLE department (
  id text COLLATE "C" PRIMARY KEY,
  parent_id text COLLATE "C" REFERENCES department (id),
  name text NOT NULL,
  contact text,
  enabled boolean NOT NULL DEFAULT true,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT department_not_below_itself CHECK (parent_id <> id)
);
CREATE INDEX department_parent ON department (parent_id);

CREATE TABLE duty_grid (
  code text COLLATE "C" PRIMARY KEY,
  title text NOT NULL,
  unit_grids text[] COLLATE "C" NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

-- login: in small letters, so that it is one whatever way it is typed.
CREATE TABLE account (
  id uuid PRIMARY KEY,
  login text COLLATE "C" NOT NULL UNIQUE CHECK (login = lower(login)),
  name text NOT NULL,
  email text,
  roles text[] NOT NULL,
  department_id text COLLATE "C" REFERENCES department (id),
  areas text[] COLLATE "C" NOT NULL DEFAULT '{}',
  duty_grids text[] COLLATE "C" NOT NULL DEFAULT '{}',
  networks text[] NOT NULL DEFAULT '{}',
  device_id text COLLATE "C",
  oidc_issuer text,
  oidc_subject text,
  enabled boolean NOT NULL DEFAULT true,
  password_hash text,
  password_changed_at timestamptz,
  must_change_password boolean NOT NULL DEFAULT false,
  failed_attempts integer NOT NULL DEFAULT 0,
  locked_until timestamptz,
  last_sign_in_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT account_has_role CHECK (cardinality(roles) > 0),
  CONSTRAINT account_subject_whole CHECK ((oidc_issuer IS NULL) = (oidc_subject IS NULL))
);
CREATE UNIQUE INDEX account_subject ON account (oidc_issuer, oidc_subject);
CREATE UNIQUE INDEX account_email ON account (lower(email));
CREATE UNIQUE INDEX account_device ON account (device_id);
CREATE INDEX account_department ON account (department_id);

-- Only the SHA-256 of what its holder shows is kept.
CREATE TABLE session (
  id uuid PRIMARY KEY,
  token_hash bytea NOT NULL UNIQUE,
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  way text NOT NULL CHECK (way IN ('password', 'oidc')),
  address text,
  agent text,
  created_at timestamptz NOT NULL,
  last_seen_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX session_account ON session (account_id);

CREATE TABLE access_token (
  id uuid PRIMARY KEY,
  token_hash bytea NOT NULL UNIQUE,
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  label text NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz
);
CREATE INDEX access_token_account ON access_token (account_id);

-- name and roles are those of the moment. account_id outlives the account.
CREATE TABLE audit_log (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL,
  account_id uuid,
  name text NOT NULL,
  roles text[] NOT NULL,
  action text NOT NULL,
  object_kind text,
  object_id text,
  detail jsonb NOT NULL DEFAULT '{}',
  address text,
  outcome text NOT NULL CHECK (outcome IN ('done', 'refused', 'failed'))
);
CREATE INDEX audit_log_at ON audit_log (at, id);
CREATE INDEX audit_log_account ON audit_log (account_id, id);
CREATE INDEX audit_log_action ON audit_log (action, id);
CREATE INDEX audit_log_object ON audit_log (object_kind, object_id, id);
CREATE INDEX audit_log_known_address ON audit_log (account_id, address, at)
  WHERE action = 'session.opened';

CREATE TRIGGER audit_log_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
