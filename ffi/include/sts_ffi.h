typedef struct sts_engine sts_engine;
typedef struct sts_reply sts_reply;
typedef struct sts_result sts_result;
typedef int32_t sts_status;
typedef struct {
    const char *url;
    const char *const *headers;
    size_t header_count;
    const uint8_t *body;
    size_t body_length;
    uint32_t timeout_ms;
    const char *label;
} sts_request;
typedef struct {
    const char *key;
    size_t key_length;
    const uint8_t *value;
    size_t value_length;
} sts_write;
typedef struct {
    void *context;
    int64_t (*now)(void *context);
    int32_t (*http)(void *context, const sts_request *request, sts_reply *reply);
    int32_t (*get)(void *context, const char *key, size_t key_length, sts_reply *reply);
    int32_t (*scan)(void *context,
                    const char *from,
                    size_t from_length,
                    const char *to,
                    size_t to_length,
                    uint32_t limit,
                    sts_reply *reply);
    int32_t (*commit)(void *context, uint64_t expected, const sts_write *writes, size_t count);
    void (*event)(void *context, const char *event, size_t length);
} sts_host;
uint32_t sts_abi_version(void);
const char *sts_version(void);
sts_status sts_call(const char *name,
                    size_t name_length,
                    const char *question,
                    size_t question_length,
                    sts_result **result);
sts_status sts_engine_new(const char *settings,
                          size_t settings_length,
                          sts_engine **engine,
                          sts_result **result);
void sts_engine_free(sts_engine *engine);
sts_status sts_engine_set_credentials(sts_engine *engine,
                                      const char *username,
                                      size_t username_length,
                                      const char *password,
                                      size_t password_length,
                                      const char *pincode,
                                      size_t pincode_length,
                                      sts_result **result);
sts_status sts_engine_command(sts_engine *engine,
                              int64_t now,
                              const char *command,
                              size_t command_length,
                              sts_result **result);
sts_status sts_engine_tick(sts_engine *engine, int64_t now, sts_result **result);
sts_status sts_engine_response(sts_engine *engine,
                               int64_t now,
                               const char *id,
                               size_t id_length,
                               int32_t end,
                               uint16_t status,
                               const char *headers_json,
                               size_t headers_length,
                               const void *body,
                               size_t body_length,
                               sts_result **result);
sts_status sts_engine_load(sts_engine *engine,
                           const char *values,
                           size_t values_length,
                           sts_result **result);
sts_status sts_engine_reopen(sts_engine *engine, sts_result **result);
sts_status sts_engine_close(sts_engine *engine, int64_t now, sts_result **result);
void sts_reply_http(sts_reply *reply, uint16_t status, const void *body, size_t length);
void sts_reply_value(sts_reply *reply, const void *value, size_t length);
void sts_reply_entry(sts_reply *reply,
                     const char *key,
                     size_t key_length,
                     const void *value,
                     size_t value_length);
sts_status sts_run(sts_engine *engine,
                   const sts_host *host,
                   const char *command,
                   size_t command_length,
                   sts_result **result);
sts_status sts_run_tick(sts_engine *engine, const sts_host *host, sts_result **result);
const uint8_t *sts_result_json(const sts_result *result, size_t *length);
size_t sts_result_body_count(const sts_result *result);
const uint8_t *sts_result_body(const sts_result *result, size_t index, size_t *length);
void sts_result_free(sts_result *result);
