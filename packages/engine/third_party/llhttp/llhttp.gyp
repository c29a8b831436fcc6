# llhttp as every stack addon links it; README.md says why it is built so.
{
  'targets': [
    {
      'target_name': 'llhttp',
      'type': 'static_library',
      'sources': ['api.c', 'http.c', 'llhttp.c'],
      'defines': ['LLHTTP_STRICT_MODE=1'],
      'cflags': ['-fPIC', '-fvisibility=hidden', '-O3', '-Wno-unused-parameter'],
      'direct_dependent_settings': { 'include_dirs': ['.'] },
    },
  ],
}
