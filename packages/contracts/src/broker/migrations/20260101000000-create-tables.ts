import type { Knex } from 'knex'

/**
 * A contract is stored once, however many consumer versions publish it: `contract` holds the content, `publication` says which
 * version published it. A verification belongs to the content, so it holds for each version that publishes the same.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE pacticipant (
      id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      name           varchar(255) NOT NULL UNIQUE,
      display_name   varchar(255) NOT NULL,
      main_branch    varchar(255) NULL,
      repository_url varchar(1000) NULL,
      created_at     timestamptz NOT NULL DEFAULT now()
    );
    CREATE TABLE pacticipant_version (
      id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      pacticipant_id bigint NOT NULL REFERENCES pacticipant,
      number         varchar(255) NOT NULL,
      build_url      varchar(1000) NULL,
      created_at     timestamptz NOT NULL DEFAULT now(),
      UNIQUE (pacticipant_id, number)
    );
    CREATE TABLE branch_version (
      version_id     bigint NOT NULL REFERENCES pacticipant_version,
      branch         varchar(255) NOT NULL,
      PRIMARY KEY (version_id, branch)
    );
    CREATE INDEX branch_version_by_branch ON branch_version (branch);
    CREATE TABLE version_tag (
      version_id     bigint NOT NULL REFERENCES pacticipant_version,
      tag            varchar(255) NOT NULL,
      created_at     timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (version_id, tag)
    );
    CREATE INDEX version_tag_by_tag ON version_tag (tag);
    CREATE TABLE contract (
      id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      consumer_id    bigint NOT NULL REFERENCES pacticipant,
      provider_id    bigint NOT NULL REFERENCES pacticipant,
      hash           char(64) NOT NULL,
      content        json NOT NULL,
      kinds          text[] NOT NULL,
      created_at     timestamptz NOT NULL DEFAULT now(),
      UNIQUE (consumer_id, provider_id, hash)
    );
    CREATE TABLE publication (
      version_id     bigint NOT NULL REFERENCES pacticipant_version,
      provider_id    bigint NOT NULL REFERENCES pacticipant,
      contract_id    bigint NOT NULL REFERENCES contract,
      published_at   timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (version_id, provider_id)
    );
    CREATE INDEX publication_by_provider ON publication (provider_id, version_id);
    CREATE INDEX publication_by_contract ON publication (contract_id);
    CREATE TABLE verification (
      id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      contract_id    bigint NOT NULL REFERENCES contract,
      number         int NOT NULL,
      version_id     bigint NOT NULL REFERENCES pacticipant_version,
      success        boolean NOT NULL,
      results        json NOT NULL,
      build_url      varchar(1000) NULL,
      verified_at    timestamptz NOT NULL DEFAULT now(),
      UNIQUE (contract_id, number)
    );
    CREATE INDEX verification_by_version ON verification (version_id);
    COMMENT ON COLUMN verification.version_id IS 'the version of the provider';
    CREATE TABLE environment (
      id             uuid PRIMARY KEY,
      name           varchar(255) NOT NULL UNIQUE,
      display_name   varchar(255) NOT NULL,
      production     boolean NOT NULL,
      contacts       json NOT NULL DEFAULT '[]',
      created_at     timestamptz NOT NULL DEFAULT now(),
      updated_at     timestamptz NOT NULL DEFAULT now()
    );
    CREATE TABLE deployment (
      id             uuid PRIMARY KEY,
      kind           varchar(8) NOT NULL CHECK (kind IN ('deployed', 'released')),
      pacticipant_id bigint NOT NULL REFERENCES pacticipant,
      version_id     bigint NOT NULL REFERENCES pacticipant_version,
      environment_id uuid NOT NULL REFERENCES environment ON DELETE CASCADE,
      instance       varchar(255) NOT NULL DEFAULT '',
      created_at     timestamptz NOT NULL DEFAULT now(),
      ended_at       timestamptz NULL
    );
    COMMENT ON TABLE deployment IS 'a deployed version replaces the one before it; a released version stays until its support ends';
    CREATE UNIQUE INDEX one_deployed ON deployment (pacticipant_id, environment_id, instance)
      WHERE kind = 'deployed' AND ended_at IS NULL;
    CREATE UNIQUE INDEX one_release ON deployment (version_id, environment_id) WHERE kind = 'released' AND ended_at IS NULL;
    INSERT INTO environment (id, name, display_name, production) VALUES
      (gen_random_uuid(), 'test', 'Test', false), (gen_random_uuid(), 'production', 'Production', true)`)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(
    'DROP TABLE deployment, environment, verification, publication, contract, version_tag, branch_version, pacticipant_version, pacticipant'
  )
}
